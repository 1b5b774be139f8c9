/** Owner references: their index, and what is left behind when an owner goes. */
import { type KubeObject, type OwnerReference, parseApiVersion } from '../machinery/index.ts'
import { MAX_OPERATIONS, type Operation, StoreError } from '../storage/index.ts'
import type { OperationContext, ResourceDefinition } from './definition.ts'
import { absentOwnerKey, ownerIndexKey, ownerIndexPrefix } from './keys.ts'
import { absentOwnerRow } from './lifecycle.ts'
import { nextTurn } from './loop-turns.ts'
import type { Reader, SeenRow } from './read.ts'
import { readHeader } from './row.ts'
import type { Guarded, WriteTarget } from './write.ts'

const EMPTY = Buffer.alloc(0)

export function indexOwners(
  cluster: string,
  key: string,
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
  operations: Operation[],
): void {
  const changed = before.symmetricDifference(after)
  // A body has room for a hundred thousand, a commit has not: it is refused before it is made.
  if (changed.size > MAX_OPERATIONS) {
    throw new StoreError(
      'tooLarge',
      `a commit holds at most ${MAX_OPERATIONS} operations, not those for ${changed.size} owners`,
    )
  }
  for (const uid of changed) {
    const index = ownerIndexKey(cluster, uid, key)
    operations.push(after.has(uid) ? { type: 'put', key: index, value: EMPTY } : { type: 'delete', key: index })
  }
}

const OWNERS_IN_A_TURN = 100

/**
 * A new owner must exist when the commit happens, or the garbage collector is told that it does not. Its key alone says
 * nothing: another object may have taken its name meanwhile.
 */
export async function guardOwners(
  target: WriteTarget,
  object: KubeObject,
  known: ReadonlySet<string>,
  guards: Guarded[],
  operations: Operation[],
): Promise<void> {
  const { context, reader } = target
  const owners = object.metadata.ownerReferences ?? []
  if (owners.length === 0) return
  const definitions = await context.services.definitionsOf(context.cluster)
  for (const [index, owner] of owners.entries()) {
    // Upstream takes as many as a body has room for.
    if (index % OWNERS_IN_A_TURN === OWNERS_IN_A_TURN - 1) await nextTurn()
    if (known.has(owner.uid)) continue
    const groupVersion = parseApiVersion(owner.apiVersion)
    const definition = groupVersion && definitions.findKind(groupVersion.group, groupVersion.version, owner.kind)
    /** Upstream's collector leaves alone what it cannot resolve. */
    if (definition === undefined) continue
    const row = await findOwner(reader, definition, context.cluster, object, owner)
    if (row === undefined)
      operations.push({ type: 'put', key: absentOwnerKey(context.cluster, owner.uid), value: absentOwnerRow(owner) })
    else if (!row.virtual) guards.push({ precondition: { type: 'version', key: row.key, version: row.version } })
  }
}

async function findOwner(
  reader: Reader,
  definition: ResourceDefinition,
  cluster: string,
  object: KubeObject,
  owner: OwnerReference,
): Promise<SeenRow | undefined> {
  const namespace = definition.namespaced ? (object.metadata.namespace ?? '') : ''
  if (definition.namespaced && namespace === '') return undefined
  const row = await reader.get(definition, cluster, namespace, owner.name)
  return row !== undefined && readHeader(row.value).u === owner.uid ? row : undefined
}

/** When the last of an owner goes while something depends on it, its dependents are left to the garbage collector. */
export async function noteAbsence(
  { services, cluster }: OperationContext,
  old: KubeObject,
  guards: Guarded[],
  operations: Operation[],
): Promise<void> {
  const { uid } = old.metadata
  if (uid === undefined) return
  const prefix = ownerIndexPrefix(cluster, uid)
  const dependents = await services.store.occupied([prefix])
  if (dependents.length === 0) guards.push({ precondition: { type: 'noneUnder', prefix } })
  else {
    const owner = { apiVersion: old.apiVersion, kind: old.kind, name: old.metadata.name ?? '', uid }
    operations.push({ type: 'put', key: absentOwnerKey(cluster, uid), value: absentOwnerRow(owner) })
  }
}
