/** Everything that lies under a logical cluster, as range tombstones. */
import { escapeSegment, MAX_OPERATIONS, type Operation } from '../storage/index.ts'
import { TERMINATING } from './birth.ts'
import { customResourceDefinition } from './builtins/custom-resource-definition.ts'
import { fieldsIn, textIn } from './builtins/untyped.ts'
import type { OperationContext } from './definition.ts'
import { ABSENT_OWNERS, AGGREGATING, DELETIONS, epochKey, rangePrefix } from './keys.ts'

/** Leaves room in the last commit for what its caller adds. */
const BATCH = MAX_OPERATIONS - 28

/**
 * The operations that remove what is under the context's logical cluster. Custom resources, of which there may be more
 * kinds than a commit has operations, go before: nothing new is born into a logical cluster that is ending.
 */
export async function purgeCluster({ cluster, services, dryRun }: OperationContext): Promise<Operation[]> {
  const segment = escapeSegment(cluster)
  const definitions = await services.definitionsOf(cluster)
  const prefixes = new Set([
    `!owner/${segment}/`,
    `${DELETIONS}${segment}/`,
    `${ABSENT_OWNERS}${segment}/`,
    `${AGGREGATING}${segment}/`,
    epochKey(cluster),
    ...definitions.all.filter(({ identity }) => identity === 'builtin').map((each) => rangePrefix(each, cluster, '')),
  ])
  const others = definitions.all.filter(({ identity }) => identity !== 'builtin')
  const served = others.map((each) => rangePrefix(each, cluster, ''))
  const custom = [...new Set([...served, ...(await customPrefixes(cluster, services))])]
  while (custom.length + prefixes.size > BATCH && custom.length > 0) {
    const batch = custom.splice(0, BATCH).map(tombstone)
    if (dryRun) continue
    const ending: Operation = { type: 'put', key: epochKey(cluster), value: Buffer.from(TERMINATING) }
    await services.store.commit({ lane: cluster, preconditions: [], operations: [ending, ...batch] })
  }
  return [...prefixes, ...custom].map(tombstone)
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
