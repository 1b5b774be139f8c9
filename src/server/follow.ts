/**
 * What upstream's controllers inside kube-apiserver make of an object as soon as it is there (a definition's names are accepted)
 * is done in the commit that writes it, as a change of its own: the write is answered, and watched, as upstream's is, and
 * nobody can find the object without what follows.
 */
import type { KubeObject } from '../machinery/index.ts'
import { MAX_COMMIT_BYTES, type Operation } from '../storage/index.ts'
import type { Change } from './definition.ts'
import { breathe, encodeObject, presentRow, weigh } from './large-objects.ts'
import { trackFields } from './managed-fields.ts'
import type { Guarded, WriteTarget } from './write.ts'

/** Whom managedFields name for it. */
const MANAGER = 'kube-apiserver'

/** The row after what follows; undefined where nothing does. */
export async function rowThatFollows(target: WriteTarget, change: Change): Promise<Buffer | undefined> {
  const { definition, context } = target
  if (definition.strategy.follow === undefined || change.type === 'delete' || context.dryRun) return undefined
  const followed = await definition.strategy.follow(change.object, context)
  if (followed === undefined) return undefined
  await noteManager(target, change.object, followed)
  return encodeObject(definition, followed)
}

/** The rows of other objects after it, and what they were computed from. */
export async function othersThatFollow(
  target: WriteTarget,
  change: Change,
): Promise<{ readonly operations: Operation[]; readonly guards: Guarded[] }> {
  const { definition, context, reader } = target
  const { cluster, dryRun } = context
  const operations: Operation[] = []
  const guards: Guarded[] = []
  if (definition.strategy.followOthers === undefined || dryRun) return { operations, guards }
  for (const other of await definition.strategy.followOthers(change, context)) {
    const { namespace = '', name = '' } = other.metadata
    const current = await reader.get(definition, cluster, namespace, name)
    if (current === undefined || String(current.version) !== other.metadata.resourceVersion) continue
    await noteManager(target, await presentRow(definition, current, cluster), other)
    operations.push({ type: 'put', key: current.key, value: await encodeObject(definition, other) })
    guards.push({ precondition: { type: 'version', key: current.key, version: current.version } })
  }
  return { operations, guards }
}

async function noteManager({ definition, context }: WriteTarget, written: KubeObject, followed: KubeObject) {
  weigh(followed, written)
  await breathe(followed)
  await trackFields(definition, followed, written, { ...context, subresource: 'status', fieldManager: MANAGER })
}

/** Puts the second row after all else; where a commit cannot hold both, the first is never seen. */
export function follow(operations: Operation[], key: string, value: Buffer): void {
  const size = operations.reduce((sum, operation) => sum + sizeOf(operation), sizeOf({ type: 'put', key, value }))
  if (size + ROOM <= MAX_COMMIT_BYTES) operations.push({ type: 'put', key, value })
  else operations[0] = { type: 'put', key, value }
}

/** For the keys of preconditions. */
const ROOM = 64 * 1024

function sizeOf(operation: Operation): number {
  const { length } = operation.type === 'deletePrefix' ? operation.prefix : operation.key
  return operation.type === 'put' ? length + operation.value.length : length
}
