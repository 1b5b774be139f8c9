/**
 * One change of one object as one atomic commit: its row, its index rows, what the kind adds, and what must hold for it.
 * The writer alone judges the preconditions; a write that lost a race is tried again from the start by its handler.
 */
import { alreadyExists, type KubeObject, type StatusError } from '../machinery/index.ts'
import { type Operation, type Precondition, type Store, versionOf } from '../storage/index.ts'
import { storedRow } from './apiextensions/converting-reader.ts'
import { guardBirth, guardFirstWrite, namespaceEpoch } from './birth.ts'
import type { Change, CommitPart, OperationContext, ResourceDefinition } from './definition.ts'
import { noteExpiry } from './expiry/expiries.ts'
import { follow, othersThatFollow, rowThatFollows } from './follow.ts'
import { deletionKey, objectKey } from './keys.ts'
import { encodeObject } from './large-objects.ts'
import { deletionRow } from './lifecycle.ts'
import { guardOwners, indexOwners, noteAbsence } from './owners.ts'
import { openAccount } from './quota/account.ts'
import type { Reader, SeenRow } from './read.ts'
import { encodeRow, readHeader, servedForm, UNWRITTEN } from './row.ts'
import { successorOf } from './successor.ts'

/** The commit lost a race against another one: read again and decide anew. */
export class LostRace extends Error {
  override readonly name = 'LostRace'
}

export interface WriteTarget {
  readonly definition: ResourceDefinition
  readonly context: OperationContext
  readonly reader: Reader
}

export interface Written {
  readonly value: Buffer
  readonly version: number
}

/** A precondition and what to answer when it does not hold; without an answer the write is tried again. */
export interface Guarded {
  readonly precondition: Precondition
  readonly refused?: () => StatusError
}

/** `current` is the row that the change was computed from; undefined for a create. */
export async function writeChange(target: WriteTarget, change: Change, current: SeenRow | undefined): Promise<Written> {
  const { definition, context } = target
  const { cluster, services } = context
  const after = change.type === 'delete' ? change.old : change.object
  const key = objectKey(definition, cluster, after.metadata.namespace ?? '', after.metadata.name ?? '')
  const guards: Guarded[] = [guardRow(target, key, change, current)]
  const operations: Operation[] = []
  const value = change.type === 'delete' ? undefined : await rowOf(target, change.object)
  const successor = change.type === 'delete' ? await successorOf(target, change.old) : undefined
  if (value !== undefined) operations.push({ type: 'put', key, value })
  else if (successor === undefined) operations.push({ type: 'delete', key })
  const before = current === undefined || current.virtual ? undefined : readHeader(current.value)
  const owners = change.type === 'delete' ? [] : (change.object.metadata.ownerReferences ?? [])
  indexOwners(cluster, key, new Set(before?.o), new Set(owners.map((owner) => owner.uid)), operations)
  if (change.type !== 'delete') await guardOwners(target, change.object, new Set(before?.o), guards, operations)
  if (change.type === 'create') await guardBirth(target, change.object, guards)
  else if (current?.virtual === true || successor !== undefined) await guardFirstWrite(target, after, guards)
  if (change.type === 'delete') await noteAbsence(context, change.old, guards, operations)
  noteDeletion(target, key, change, operations)
  namespaceEpoch(definition, cluster, change, operations)
  noteExpiry(definition, key, change, context, operations)
  const added = await definition.strategy.commit?.(change, context)
  const followed = await rowThatFollows(target, change)
  const others = await othersThatFollow(target, change)
  guards.push(...others.guards)
  // After the epoch has been read: a quota that comes to be in between undoes this write.
  using account = await openAccount(target, change, guards)
  if (account !== undefined) operations.push(...account.operations)
  operations.push(...others.operations)
  if (followed !== undefined) follow(operations, key, followed)
  if (added !== undefined) operations.push(...added.operations)
  // It is there after the deletion, which has the first version of the commit.
  if (successor !== undefined) operations.push({ type: 'put', key, value: successor })
  const row = value ?? encodeRow(servedForm(definition), after)
  if (context.dryRun) return answer(target, key, row, current?.version ?? UNWRITTEN)
  const revision = await commitGuarded(services.store, cluster, guards, operations, added)
  return answer(target, key, row, versionOf(revision, 0))
}

/** The client gets its own version of what is stored, whatever that is stored in. */
async function answer(
  { definition, context }: WriteTarget,
  key: string,
  value: Buffer,
  version: number,
): Promise<Written> {
  if (definition.conversion === undefined) return { value, version }
  const [row] = await context.services.convert.rows(definition, context.cluster, [{ key, value, version }])
  return { value: row?.value ?? value, version }
}

function rowOf({ definition, context }: WriteTarget, object: KubeObject): Promise<Buffer> {
  if (definition.conversion === undefined) return encodeObject(definition, object)
  return storedRow(definition, object, context.cluster, context.services.convert, context.signal)
}

function guardRow({ definition }: WriteTarget, key: string, change: Change, current: SeenRow | undefined): Guarded {
  if (current !== undefined && !current.virtual)
    return { precondition: { type: 'version', key, version: current.version } }
  if (change.type !== 'create') return { precondition: { type: 'absent', key } }
  const resource = { group: definition.group, resource: definition.names.plural }
  const { name = '' } = change.object.metadata
  return { precondition: { type: 'absent', key }, refused: () => alreadyExists(resource, name) }
}

async function commitGuarded(
  store: Store,
  cluster: string,
  guards: readonly Guarded[],
  operations: readonly Operation[],
  added: CommitPart | undefined,
): Promise<number> {
  const result = await store.commit({
    lane: cluster,
    preconditions: [...guards.map((guard) => guard.precondition), ...(added?.preconditions ?? [])],
    operations,
  })
  if (result.ok) return result.revision
  const guard = guards[result.failed]
  const error = guard === undefined ? added?.refused?.(result.failed - guards.length) : guard.refused?.()
  throw error ?? new LostRace()
}

function noteDeletion(target: WriteTarget, key: string, change: Change, operations: Operation[]): void {
  const { definition, context } = target
  const isDeleting = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined
  if (change.type === 'update' && isDeleting(change.object)) {
    operations.push({
      type: 'put',
      key: deletionKey(context.cluster, key),
      value: deletionRow(definition, change.object),
    })
  } else if (change.type === 'delete' && isDeleting(change.old)) {
    operations.push({ type: 'delete', key: deletionKey(context.cluster, key) })
  }
}
