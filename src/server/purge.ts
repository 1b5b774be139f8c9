/** Everything that lies under a logical cluster, as range tombstones. */
import { escapeSegment, MAX_OPERATIONS, type Operation, type Store } from '../storage/index.ts'
import { TERMINATING } from './birth.ts'
import { customResourceDefinition } from './builtins/custom-resource-definition.ts'
import { fieldsIn, textIn } from './builtins/untyped.ts'
import type { OperationContext, ResourceDefinition } from './definition.ts'
import { ABSENT_OWNERS, AGGREGATING, DELETIONS, epochKey, rangePrefix } from './keys.ts'

/** Leaves room in the last commit for what its caller adds. */
const BATCH = MAX_OPERATIONS - 28
/** Rows that one tombstone takes at most: what it takes is one step of the writer, and of whoever watches. */
const STEP = 1_000
const PAGE = 500

/**
 * The operations that remove what is under the context's logical cluster. Custom resources, of which there may be more
 * kinds than a commit has operations, go before: nothing new is born into a logical cluster that is ending. So does what is
 * too much for one step.
 */
export async function purgeCluster({ cluster, services, dryRun }: OperationContext): Promise<Operation[]> {
  const segment = escapeSegment(cluster)
  const definitions = await services.definitionsOf(cluster)
  const builtIn = definitions.all.filter(({ identity }) => identity === 'builtin')
  const prefixes = new Set([
    `!owner/${segment}/`,
    `${DELETIONS}${segment}/`,
    `${ABSENT_OWNERS}${segment}/`,
    `${AGGREGATING}${segment}/`,
    epochKey(cluster),
    ...builtIn.map((each) => rangePrefix(each, cluster, '')),
  ])
  /** Into these nothing is born any more: what is empty stays so. */
  const settled = new Set(builtIn.filter(isBornByCreate).map((each) => rangePrefix(each, cluster, '')))
  const others = definitions.all.filter(({ identity }) => identity !== 'builtin')
  const served = others.map((each) => rangePrefix(each, cluster, ''))
  const custom = [...new Set([...served, ...(await customPrefixes(cluster, services))])]
  const remove = async (operations: readonly Operation[]): Promise<void> => {
    if (dryRun) return
    const ending: Operation = { type: 'put', key: epochKey(cluster), value: Buffer.from(TERMINATING) }
    await services.store.commit({ lane: cluster, preconditions: [], operations: [ending, ...operations] })
  }
  if (!dryRun) {
    for (const prefix of [...prefixes, ...custom]) {
      const isEmpty = await thin(services.store, prefix, epochKey(cluster), remove)
      if (isEmpty && settled.has(prefix)) prefixes.delete(prefix)
    }
  }
  while (custom.length + prefixes.size > BATCH && custom.length > 0)
    await remove(custom.splice(0, BATCH).map(tombstone))
  return [...prefixes, ...custom].map(tombstone)
}

/** Objects that are there before they are written, and rows that stand for something else, can come until the end. */
function isBornByCreate({ strategy, rowPrefix }: ResourceDefinition): boolean {
  return strategy.virtual === undefined && rowPrefix === undefined
}

/**
 * Removes some of many rows at a time until few are left; never the one that keeps others from being born. Says whether there
 * was none.
 */
async function thin(
  store: Store,
  prefix: string,
  kept: string,
  remove: (some: readonly Operation[]) => Promise<void>,
): Promise<boolean> {
  const stored = await store.count(prefix)
  for (let left = stored; left > STEP; ) {
    const { rows } = await store.range({ prefix, limit: Math.min(PAGE, left - STEP) })
    if (rows.length === 0) return false
    for (let start = 0; start < rows.length; start += BATCH) {
      const some = rows.slice(start, start + BATCH).filter(({ key }) => key !== kept)
      await remove(some.map(({ key }): Operation => ({ type: 'delete', key })))
    }
    left -= rows.length
  }
  return stored === 0
}

/** Of all definitions, whether they are served or not. */
async function customPrefixes(cluster: string, services: OperationContext['services']): Promise<string[]> {
  const definitions = await services.readAll(customResourceDefinition, cluster, '')
  return definitions.map(({ spec }) => {
    const { group, names } = fieldsIn(spec)
    const resource = { group: textIn(group), plural: textIn(fieldsIn(names).plural) }
    return rangePrefix(
      { group: resource.group, names: { plural: resource.plural }, identity: 'customresources', namespaced: true },
      cluster,
      '',
    )
  })
}

function tombstone(prefix: string): Operation {
  return { type: 'deletePrefix', prefix }
}
