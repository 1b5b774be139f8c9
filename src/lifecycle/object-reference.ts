/**
 * What the server tells a lifecycle controller about objects of any kind: indexes that each write keeps, served as hidden
 * resources of `lifecycle.keelson.dev` in every logical cluster and, but for `objects`, across all of them.
 */
import { type ResourceRef, resourceRef } from '../client/index.ts'
import { clusterOf, type Request } from '../controller/index.ts'
import { type KubeObject, type OwnerReference, parseApiVersion } from '../machinery/index.ts'

/** Another object's metadata, without labels and annotations, and where that object is served. */
export interface ObjectReference extends KubeObject {
  target: { apiVersion: string; kind: string; resource: string; namespaced: boolean }
}

/** Named by the UID of an owner that does not exist, or no more, while objects name it. */
export interface AbsentOwner extends KubeObject {
  owner: Pick<OwnerReference, 'apiVersion' | 'kind' | 'name'>
}

const API_VERSION = 'lifecycle.keelson.dev/v1alpha1'

/** By namespace (`metadata.namespace`), by owner (`metadata.ownerReferences.uid`), or all of a logical cluster. */
export const OBJECTS = resourceRef<ObjectReference>(API_VERSION, 'objects', { namespaced: false })

/** Objects that have a deletionTimestamp and are still there. */
export const DELETIONS = resourceRef<ObjectReference>(API_VERSION, 'deletions', { namespaced: false })

export const ABSENT_OWNERS = resourceRef<AbsentOwner>(API_VERSION, 'absentowners', { namespaced: false })

export function targetOf({ target }: ObjectReference): ResourceRef {
  const { group, version } = parseApiVersion(target.apiVersion) ?? { group: '', version: '' }
  return { group, version, resource: target.resource, namespaced: target.namespaced }
}

export function isOf(reference: ObjectReference, { group, resource }: ResourceRef): boolean {
  return reference.target.resource === resource && targetOf(reference).group === group
}

/** Asks for the target, of whatever kind. */
export function requestForTarget(reference: ObjectReference): Request & { readonly resource: ResourceRef } {
  const { name = '', namespace = '' } = reference.metadata
  return { cluster: clusterOf(reference), namespace, name, resource: targetOf(reference) }
}

export function isDeleting({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined
}
