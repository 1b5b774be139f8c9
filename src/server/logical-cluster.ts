/** What the server itself must know of a LogicalCluster (core.kcp.io/v1alpha1); the kind is defined by the workspaces room. */
import type { KubeObject } from '../machinery/index.ts'
import type { Store, Version } from '../storage/index.ts'
import { objectKey } from './keys.ts'
import { decodeRow } from './row.ts'

export const LOGICAL_CLUSTERS = {
  group: 'core.kcp.io',
  names: {
    plural: 'logicalclusters',
    singular: 'logicalcluster',
    kind: 'LogicalCluster',
    listKind: 'LogicalClusterList',
    shortNames: [],
    categories: ['kcp'],
  },
  identity: 'builtin',
  namespaced: false,
} as const

/** The only name that a LogicalCluster may have. */
export const LOGICAL_CLUSTER_NAME = 'cluster'
export const LOGICAL_CLUSTERS_PREFIX = '/core.kcp.io/logicalclusters/builtin/'

export interface LogicalClusterRecord {
  readonly object: KubeObject
  readonly version: Version
  readonly creationTimestamp: string
  readonly deleting: boolean
  readonly phase: string
  /** Annotation `authorization.kcp.io/required-groups`. */
  readonly requiredGroups: string | undefined
}

export async function readLogicalCluster(store: Store, cluster: string): Promise<LogicalClusterRecord | undefined> {
  const row = await store.get(objectKey(LOGICAL_CLUSTERS, cluster, '', LOGICAL_CLUSTER_NAME))
  if (row === undefined) return undefined
  const object = decodeRow(row.value, cluster, row.version)
  const status = object.status as { phase?: string } | undefined
  return {
    object,
    version: row.version,
    creationTimestamp: object.metadata.creationTimestamp ?? '',
    deleting: object.metadata.deletionTimestamp !== undefined,
    phase: status?.phase ?? '',
    requiredGroups: object.metadata.annotations?.['authorization.kcp.io/required-groups'],
  }
}
