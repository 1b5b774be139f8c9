/** Owner references that are there twice (apiserver/pkg/endpoints/handlers/rest.go, dedupOwnerReferences). */
import type { ObjectMeta, OwnerReference } from '../object.ts'

const OWNERS_IN_A_STEP = 1000

/** Drops them in place, in steps: a body has room for a hundred thousand. @returns their UIDs */
export function* dropRepeatedOwners(metadata: ObjectMeta): Generator<undefined, string[]> {
  const { ownerReferences } = metadata
  if (ownerReferences === undefined || ownerReferences.length < 2) return []
  const kept: OwnerReference[] = []
  const repeated: string[] = []
  const seen = new Set<string>()
  for (const [index, owner] of ownerReferences.entries()) {
    if (index % OWNERS_IN_A_STEP === OWNERS_IN_A_STEP - 1) yield
    const { apiVersion, kind, name, uid, controller, blockOwnerDeletion } = owner
    const key = JSON.stringify([apiVersion, kind, name, uid, controller, blockOwnerDeletion])
    if (seen.has(key)) repeated.push(uid)
    else kept.push(owner)
    seen.add(key)
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
