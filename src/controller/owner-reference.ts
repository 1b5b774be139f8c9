import type { KubeObject, OwnerReference } from '../machinery/index.ts'

/** Makes an object go with its owner; `controller` says that it is the one who manages it, and blocks the owner's end. */
export function ownerReference(owner: KubeObject, { controller = false } = {}): OwnerReference {
  const { apiVersion, kind, metadata } = owner
  const reference = { apiVersion, kind, name: metadata.name ?? '', uid: metadata.uid ?? '' }
  return controller ? { ...reference, controller: true, blockOwnerDeletion: true } : reference
}
