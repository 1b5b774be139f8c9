/** Everything that lies under a logical cluster, as range tombstones. */
import { escapeSegment, MAX_OPERATIONS, type Operation, type Store } from '../storage/index.ts'
import { TERMINATING } from './birth.ts'
import { customResourceDefinition } from './builtins/custom-resource-definition.ts'
import { fieldsIn, textIn } from './builtins/untyped.ts'
import type { OperationContext, ResourceDefinition } from './definition.ts'
import { ABSENT_OWNERS, AGGREGATING, DELETIONS, epochKey, rangePrefix } from './keys.ts'
import { createRests } from './rest.ts'

/** Leaves room in the last commit for what its caller adds. */
const BATCH = MAX_OPERATIONS - 28
/** Rows that one tombstone takes at most: what it takes is one step of the writer, and of whoever watches. */
const LAST = 100
/** Rows that go at a time before: another tenant's commit waits for as many at most. */
const STEP = 25

/**
 * The operations that remove what is under the context's logical cluster. Custom resources, of which there may be more
 * kinds than a commit has operations, go before: nothing new is born into a logical cluster that is ending. So does what is
 * too much for one step.
 */
export async function purgeCluster({ cluster, services, signal, dryRun }: OperationContext): Promise<Operation[]> {
  const segment = escapeSegment(cluster)
  const definitions = await services.definitionsOf(cluster)
  const prefixes = new Set([
    `!owner/${segment}/`,
    `${DELETIONS}${segment}/`,
    `${ABSENT_OWNERS}${segment}/`,
    `${AGGREGATING}${segment}/`,
    epochKey(cluster),
  ])
  /** Into these nothing is born any more: what is empty stays so. */
  const settled = new Set<string>()
  const served: string[] = []
  for (const each of definitions.all) {
    const prefix = rangePrefix(each, cluster, '')
    if (each.identity !== 'builtin') served.push(prefix)
    else if (isBornByCreate(each)) settled.add(prefix)
    else prefixes.add(prefix)
  }
  const occupied = await services.store.occupied([...prefixes, ...settled])
  const defined = occupied.includes(rangePrefix(customResourceDefinition, cluster, ''))
  const custom = new Set([...served, ...(defined ? await customPrefixes(cluster, services) : [])])
  const kinds = custom.size === 0 ? [] : [...(await services.store.occupied([...custom]))]
  const remove = async (operations: readonly Operation[]): Promise<void> => {
    if (dryRun) return
    const ending: Operation = { type: 'put', key: epochKey(cluster), value: Buffer.from(TERMINATING) }
    await services.store.commit({ lane: cluster, preconditions: [], operations: [ending, ...operations] })
  }
  const full = dryRun ? [] : await services.store.occupied([...occupied, ...kinds], LAST)
  const thinning = { kept: epochKey(cluster), remove, rest: createRests(signal) }
  for (const prefix of full) await thin(services.store, prefix, thinning)
  const swept = new Set([...prefixes, ...occupied])
  while (kinds.length + swept.size > BATCH && kinds.length > 0) await remove(kinds.splice(0, BATCH).map(tombstone))
  return [...swept, ...kinds].map(tombstone)
}

/** Objects that are there before they are written, and rows that stand for something else, can come until the end. */
function isBornByCreate({ strategy, rowPrefix }: ResourceDefinition): boolean {
  return strategy.virtual === undefined && rowPrefix === undefined
}

interface Thinning {
  /** The key of the row that keeps others from being born. */
  readonly kept: string
  readonly remove: (some: readonly Operation[]) => Promise<void>
  readonly rest: () => Promise<void>
}

/** Removes some of many rows at a time until few are left, with a rest after each step. */
async function thin(store: Store, prefix: string, { kept, remove, rest }: Thinning): Promise<void> {
  while ((await store.occupied([prefix], LAST)).length > 0) {
    const { rows } = await store.range({ prefix, limit: STEP })
    const some = rows.filter(({ key }) => key !== kept)
    await remove(some.map(({ key }): Operation => ({ type: 'delete', key })))
    await rest()
  }
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
