/** ClusterResourceSet and its binding of addons.cluster.x-k8s.io/v1beta2. */
import { resourceRef } from '../../client/index.ts'
import type { Condition, KubeObject } from '../../machinery/index.ts'
import type { Secret } from './kubeconfig-secret.ts'

export const ADDONS_API_VERSION = 'addons.cluster.x-k8s.io/v1beta2'

export const SET_FINALIZER = 'addons.cluster.x-k8s.io'
/** The only one that is accepted in a set. */
export const SET_SECRET_TYPE = 'addons.cluster.x-k8s.io/resource-set'

export interface ResourceReference {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly name: string
}

export interface ResourceSet extends KubeObject {
  readonly spec: {
    readonly clusterSelector: object
    readonly resources: readonly ResourceReference[]
    readonly strategy?: 'ApplyOnce' | 'Reconcile'
  }
  readonly status?: { readonly conditions?: readonly Condition[]; readonly observedGeneration?: number }
}

/** What became of one resource in the cluster. */
export interface ResourceBinding extends ResourceReference {
  readonly applied: boolean
  readonly hash?: string
  readonly lastAppliedTime?: string
}

export interface SetBinding {
  readonly clusterResourceSetName: string
  readonly resources?: readonly ResourceBinding[]
}

/** Named as the Cluster that it is of. */
export interface ResourceSetBinding extends KubeObject {
  readonly spec: { readonly clusterName?: string; readonly bindings?: readonly SetBinding[] }
}

export const RESOURCE_SETS = resourceRef<ResourceSet>(ADDONS_API_VERSION, 'clusterresourcesets', { namespaced: true })
export const SET_BINDINGS = resourceRef<ResourceSetBinding>(ADDONS_API_VERSION, 'clusterresourcesetbindings', {
  namespaced: true,
})
export const CONFIG_MAPS = resourceRef<Secret>('v1', 'configmaps', { namespaced: true })
