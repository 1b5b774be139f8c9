/** What a reconciler is asked to bring into order: an object, by name and not by content. */
import type { ResourceRef } from '../client/index.ts'
import type { KubeObject } from '../machinery/index.ts'

export interface Request {
  /** Name of the logical cluster; empty for a server that has none. */
  readonly cluster: string
  /** Empty for a cluster-scoped object. */
  readonly namespace: string
  readonly name: string
  /** Only where one controller reconciles objects of several resources: which. */
  readonly resource?: ResourceRef
}

/** `requeueAfter`: milliseconds after which to look again even if nothing happens. */
export type Result = { readonly requeueAfter?: number } | undefined

/** Tells requests apart. Names hold no line breaks, so no two requests share a key. */
export function keyOf({ cluster, namespace, name, resource }: Request): string {
  const kind = resource === undefined ? '' : `${resource.group}/${resource.version}/${resource.resource}`
  return `${cluster}\n${namespace}\n${name}\n${kind}`
}

const CLUSTER_ANNOTATION = 'kcp.io/cluster'

/** The logical cluster that an object lives in; empty when a plain Kubernetes server sent it. */
export function clusterOf(object: KubeObject): string {
  return object.metadata.annotations?.[CLUSTER_ANNOTATION] ?? ''
}

export function requestFor(object: KubeObject): Request {
  const { namespace = '', name = '' } = object.metadata
  return { cluster: clusterOf(object), namespace, name }
}
