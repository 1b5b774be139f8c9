/** The shape that every Kubernetes object shares, as it travels on the wire (JSON). */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ */
export interface ObjectMeta {
  name?: string
  generateName?: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string | null
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: string[]
  ownerReferences?: OwnerReference[]
  managedFields?: Json[]
  selfLink?: string
}

export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

/** Any object of any kind: what a dynamic client reads and writes. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  [field: string]: unknown
}

/** A list as the server answers it. `resourceVersion` is the store's revision that the list is consistent with. */
export interface KubeList<T extends KubeObject = KubeObject> {
  apiVersion: string
  kind: string
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number }
  items: T[]
}

/** metav1.Condition, for kinds of our own. Kinds of kcp and Cluster API have their own shape. */
export interface Condition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason: string
  message: string
  lastTransitionTime: string
  observedGeneration?: number
}

export interface GroupResource {
  group: string
  resource: string
}

export interface GroupVersion {
  group: string
  version: string
}

/** `apps/v1` for a group, `v1` for the core group. */
export function formatApiVersion({ group, version }: GroupVersion): string {
  return group === '' ? version : `${group}/${version}`
}

/** The inverse of formatApiVersion; undefined where the text is no apiVersion. */
export function parseApiVersion(text: string): GroupVersion | undefined {
  const [first, second, ...rest] = text.split('/')
  if (first === undefined || first === '' || rest.length > 0) return undefined
  if (second === undefined) return { group: '', version: first }
  return second === '' ? undefined : { group: first, version: second }
}

/** `widgets.example.com`, or `configmaps` in the core group: how upstream's messages name a resource. */
export function formatGroupResource({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`
}
