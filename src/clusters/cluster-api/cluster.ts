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

export interface Replicas {
  readonly desiredReplicas?: number
  readonly replicas?: number
  readonly readyReplicas?: number
  readonly availableReplicas?: number
  readonly upToDateReplicas?: number
}

/** A condition of v1beta1: a reason only where something is wrong, and how bad that is. */
export interface OlderCondition {
  readonly type: string
  readonly status: string
  readonly severity?: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime: string
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
  readonly controlPlane?: Replicas
  readonly workers?: Replicas
  readonly deprecated?: {
    readonly v1beta1?: {
      readonly conditions?: readonly OlderCondition[]
      readonly failureReason?: string
      readonly failureMessage?: string
    }
  }
  /** What v1beta1 calls the same. */
  readonly infrastructureReady?: boolean
  readonly controlPlaneReady?: boolean
}

export interface Cluster extends KubeObject {
  readonly spec?: {
    readonly paused?: boolean
    readonly topology?: unknown
    readonly availabilityGates?: readonly { readonly conditionType: string; readonly polarity?: string }[]
    readonly controlPlaneEndpoint?: Endpoint
    readonly infrastructureRef?: Reference
    readonly controlPlaneRef?: Reference
  }
  readonly status?: ClusterStatus
}

export const CLUSTERS = resourceRef<Cluster>(API_VERSION, 'clusters', { namespaced: true })

export const DESCENDANTS = ['MachineDeployment', 'MachineSet', 'MachinePool', 'Machine'].map((kind) => ({
  kind,
  resource: resourceRef(API_VERSION, `${kind.toLowerCase()}s`, { namespaced: true }),
}))

/** APIEndpoint.IsValid of upstream. */
export function isValid({ host = '', port = 0 }: Endpoint = {}): boolean {
  return host !== '' && port > 0
}
