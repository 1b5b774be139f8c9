/** Cluster of cluster.x-k8s.io/v1beta2, as far as this room reads and writes it, and the words of its contracts. */
import { resourceRef } from '../../client/index.ts'
import type { Condition, KubeObject } from '../../machinery/index.ts'

export const API_VERSION = 'cluster.x-k8s.io/v1beta2'
export const FINALIZER = 'cluster.cluster.x-k8s.io'
export const NAME_LABEL = 'cluster.x-k8s.io/cluster-name'
export const PAUSED_ANNOTATION = 'cluster.x-k8s.io/paused'

/** v1beta2 says `apiGroup`, v1beta1 `apiVersion`; the object is in the Cluster's namespace. */
export interface Reference {
  readonly apiGroup?: string
  readonly apiVersion?: string
  readonly kind: string
  readonly name: string
}

export interface Endpoint {
  readonly host?: string
  readonly port?: number
}

export interface ClusterStatus {
  readonly phase?: string
  readonly observedGeneration?: number
  readonly conditions?: readonly Condition[]
  readonly initialization?: {
    readonly infrastructureProvisioned?: boolean
    readonly controlPlaneInitialized?: boolean
  }
  readonly failureDomains?: unknown
  /** What v1beta1 calls the same. */
  readonly infrastructureReady?: boolean
  readonly controlPlaneReady?: boolean
}

export interface Cluster extends KubeObject {
  readonly spec?: {
    readonly paused?: boolean
    readonly controlPlaneEndpoint?: Endpoint
    readonly infrastructureRef?: Reference
    readonly controlPlaneRef?: Reference
  }
  readonly status?: ClusterStatus
}

export const CLUSTERS = resourceRef<Cluster>(API_VERSION, 'clusters', { namespaced: true })

export const DESCENDANTS = ['machinedeployments', 'machinesets', 'machinepools', 'machines'].map((plural) =>
  resourceRef(API_VERSION, plural, { namespaced: true }),
)

/** APIEndpoint.IsValid of upstream. */
export function isValid({ host = '', port = 0 }: Endpoint = {}): boolean {
  return host !== '' && port > 0
}
