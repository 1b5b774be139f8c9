/** ControlCenter and Platform as controllers see them: one shape, two resources. */
import { type Client, type ResourceRef, resourceRef } from '../../client/index.ts'
import { find } from '../../controller/index.ts'
import type { Condition, KubeObject } from '../../machinery/index.ts'
import type { ClusterEndpoint } from '../../providers/index.ts'
import { PLATFORM_API_VERSION } from '../api/declare-kind.ts'
import type { ClusterFields, Scope } from '../engine/desired.ts'
import type { RunStatus } from './run-request.ts'

export interface ClusterStatus {
  readonly phase?: string
  readonly externalID?: string
  readonly externalName?: string
  readonly version?: string
  readonly providerRef?: { readonly name: string }
  readonly endpoint?: ClusterEndpoint
  readonly observedAt?: string
  readonly observedGeneration?: number
  readonly conditions?: readonly Condition[]
  /** Of the last run of the command line that had a part in it. */
  readonly run?: RunStatus
}

export interface ClusterObject extends KubeObject {
  readonly spec: ClusterFields
  readonly status?: ClusterStatus
}

const ref = <T extends KubeObject>(plural: string): ResourceRef<T> =>
  resourceRef<T>(PLATFORM_API_VERSION, plural, { namespaced: false })

export const CLUSTER_RESOURCES = {
  ControlCenter: ref<ClusterObject>('controlcenters'),
  Platform: ref<ClusterObject>('platforms'),
} as const

export interface ClusterProviderObject extends KubeObject {
  readonly status?: Pick<ClusterStatus, 'observedGeneration' | 'conditions'>
}

export const CLUSTER_PROVIDERS = ref<ClusterProviderObject>('clusterproviders')

export type ClusterKind = keyof typeof CLUSTER_RESOURCES

/** From then on the cluster outlives the object, until it has been deleted or released. */
export const CLUSTER_FINALIZER = 'platform.keelson.dev/cluster'

/** On a Platform: its control center's API holds objects of it. On a ControlCenter: its API, which outlives it, holds ours. */
export const CONTROL_CENTER_API_FINALIZER = 'platform.keelson.dev/control-center-api'

/** On a ClusterProvider that a cluster was made with. */
export const IN_USE_FINALIZER = 'platform.keelson.dev/in-use'

const LOGICAL_CLUSTERS = resourceRef('core.kcp.io/v1alpha1', 'logicalclusters', { namespaced: false })

/** The workspace that the client is in, as the command line names it: clusters made either way are the same ones. */
export async function scopeOf(client: Client): Promise<Scope | undefined> {
  const logicalCluster = await find(client, LOGICAL_CLUSTERS, 'cluster')
  const workspace = logicalCluster?.metadata.annotations?.['kcp.io/path']
  return workspace === undefined ? undefined : { org: workspace.split(':')[1] ?? workspace, workspace }
}
