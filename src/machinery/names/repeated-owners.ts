/** Owner references that are there twice (apiserver/pkg/endpoints/handlers/rest.go, dedupOwnerReferences). */
import { isDeepStrictEqual } from 'node:util'
import type { ObjectMeta, OwnerReference } from '../object.ts'

/** Drops them in place. @returns their UIDs */
export function dropRepeatedOwners(metadata: ObjectMeta): string[] {
  const { ownerReferences } = metadata
  if (ownerReferences === undefined || ownerReferences.length < 2) return []
  const kept: OwnerReference[] = []
  const repeated: string[] = []
  for (const owner of ownerReferences) {
    if (kept.some((other) => isDeepStrictEqual(other, owner))) repeated.push(owner.uid)
    else kept.push(owner)
  }
  if (repeated.length > 0) metadata.ownerReferences = kept
  return repeated
}

/** @param afterAdmission whether the object has been through mutating admission, as a patched one has */
export function repeatedOwnersWarning(uids: readonly string[], afterAdmission: boolean): string {
  const when = afterAdmission ? ' after mutating admission happens' : ''
  return (
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may ` +
    `reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${uids.join(', ')}`
  )
}
