/** Changes to the owner references of an object, as JSON patches that fail when somebody else has changed them first. */
import type { OwnerReference } from '../machinery/index.ts'

interface PatchOperation {
  readonly op: 'test' | 'remove' | 'replace'
  readonly path: string
  readonly value?: unknown
}

const PATH = '/metadata/ownerReferences'

export function withoutOwners(references: readonly OwnerReference[], uids: ReadonlySet<string>): PatchOperation[] {
  const kept = references.filter(({ uid }) => !uids.has(uid))
  const change = kept.length === 0 ? { op: 'remove' as const } : { op: 'replace' as const, value: kept }
  return [
    { op: 'test', path: PATH, value: references },
    { ...change, path: PATH },
  ]
}

/** No owner waits for this object any more. */
export function withoutBlocking(references: readonly OwnerReference[]): PatchOperation[] {
  const value = references.map((reference) => ({ ...reference, blockOwnerDeletion: false }))
  return [
    { op: 'test', path: PATH, value: references },
    { op: 'replace', path: PATH, value },
  ]
}
