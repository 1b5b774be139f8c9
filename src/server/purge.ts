/** Everything that lies under a logical cluster, as range tombstones. */
import { escapeSegment, type Operation } from '../storage/index.ts'
import type { DefinitionSet } from './definition.ts'
import { ABSENT_OWNERS, DELETIONS, epochKey, rangePrefix } from './keys.ts'

export function purgeCluster(cluster: string, definitions: DefinitionSet): Operation[] {
  const segment = escapeSegment(cluster)
  const prefixes = new Set([
    `!owner/${segment}/`,
    `${DELETIONS}${segment}/`,
    `${ABSENT_OWNERS}${segment}/`,
    epochKey(cluster),
  ])
  for (const definition of definitions.all) prefixes.add(rangePrefix(definition, cluster, ''))
  return [...prefixes].map((prefix) => ({ type: 'deletePrefix', prefix }))
}
