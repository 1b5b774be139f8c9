/** KindCluster as its controller reads and writes it, and whose the clusters of such objects are. */
import { createHash } from 'node:crypto'
import { resourceRef } from '../../../client/index.ts'
import type { Condition, KubeObject } from '../../../machinery/index.ts'
import type { ClusterIdentity } from '../../identity.ts'
import type { ClusterIntent, ClusterSpec } from '../../provider.ts'

export const FINALIZER = 'kindcluster.infrastructure.cluster.x-k8s.io'
/** The very cluster in Docker. It goes along where the object is moved to another API, as a status does not. */
export const ID_ANNOTATION = 'kind.keelson.dev/external-id'
/** The version of Kubernetes: KindCluster has no field for it. */
export const VERSION_ANNOTATION = 'kind.keelson.dev/version'
export const PAUSED_ANNOTATION = 'cluster.x-k8s.io/paused'

/** No ClusterProvider can have it: their tags have no dots. */
export const OWNER_TAG = 'kindcluster.infrastructure.cluster.x-k8s.io'

export type Phase = 'Pending' | 'Provisioning' | 'Provisioned' | 'Ready' | 'Deleting'

export interface KindClusterStatus {
  readonly ready?: boolean
  readonly phase?: Phase | ''
  readonly failureMessage?: string
  readonly conditions?: readonly Condition[]
}

export interface KindCluster extends KubeObject {
  readonly spec: {
    readonly name: string
    readonly controlPlaneNodes?: number
    readonly workerNodes?: number
    readonly controlPlaneEndpoint?: { readonly host: string; readonly port: number }
  }
  readonly status?: KindClusterStatus
}

export const KIND_CLUSTERS = resourceRef<KindCluster>('infrastructure.cluster.x-k8s.io/v1alpha3', 'kindclusters', {
  namespaced: true,
})

/** `api` names the API that the object is in. */
export function identityOf({ metadata }: KindCluster, api: string): ClusterIdentity {
  return {
    org: 'kindclusters',
    workspace: api,
    kind: 'KindCluster',
    name: `${metadata.namespace ?? ''}:${metadata.name ?? ''}`,
  }
}

/** For whoever comes second to a name: the same object always gets the same. */
export function ownName({ spec }: KindCluster, identity: ClusterIdentity): string {
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 8)
  return `${spec.name.slice(0, 30)}-${hash}`
}

/** Go sends 0 for what is not set, and kind makes one control plane then. */
export function specOf({ metadata, spec }: KindCluster): ClusterSpec {
  const { controlPlaneNodes = 0, workerNodes = 0 } = spec
  const version = metadata.annotations?.[VERSION_ANNOTATION]
  return {
    ...(version !== undefined && { version }),
    topology: {
      controlPlane: { replicas: Math.max(1, controlPlaneNodes) },
      pools: workerNodes > 0 ? [{ name: WORKERS, replicas: workerNodes }] : [],
    },
  }
}

const WORKERS = 'workers'

export function intentOf(object: KindCluster, identity: ClusterIdentity, externalName: string): ClusterIntent {
  const spec = specOf(object)
  const manifestDigest = `sha256:${createHash('sha256').update(JSON.stringify(spec)).digest('hex')}`
  const run = `kindcluster-${object.metadata.uid ?? ''}`
  return { externalName, identity, ownerTag: OWNER_TAG, manifestDigest, run, spec }
}
