/** A DefinitionSet as discovery lists it: groups, their versions and the resources of each. Hidden definitions are left out. */

import { compareText } from '../../machinery/index.ts'
import type { DefinitionSet, ResourceDefinition } from '../definition.ts'
import { boundedCache } from './bounded-cache.ts'
import { contentKey } from './content-key.ts'
import { compareGroups, compareVersions } from './group-priority.ts'

export interface ServedVersion {
  readonly group: string
  readonly version: string
  /** By plural name. */
  readonly resources: readonly ResourceDefinition[]
}

export interface ServedGroup {
  readonly name: string
  /** The preferred one first; never empty. */
  readonly versions: readonly ServedVersion[]
}

/** Distinct sets, not logical clusters: how many of them are kept sorted. */
const KEPT = 256

const kept = boundedCache<readonly ServedGroup[]>(KEPT)

export function servedGroups(definitions: DefinitionSet): readonly ServedGroup[] {
  return kept(contentKey(definitions), () => groupsOf(definitions))
}

function groupsOf(definitions: DefinitionSet): ServedGroup[] {
  const groups = new Map<string, Map<string, Map<string, ResourceDefinition>>>()
  for (const definition of definitions.all) {
    if (definition.hidden === true) continue
    const { group, version, names } = definition
    const versions = groups.get(group) ?? new Map<string, Map<string, ResourceDefinition>>()
    const resources = versions.get(version) ?? new Map<string, ResourceDefinition>()
    if (!resources.has(names.plural)) resources.set(names.plural, definition)
    groups.set(group, versions.set(version, resources))
  }
  return [...groups.keys()].toSorted(compareGroups).map((group) => ({
    name: group,
    versions: [...(groups.get(group)?.keys() ?? [])].toSorted(compareVersions).map((version) => ({
      group,
      version,
      resources: [...(groups.get(group)?.get(version)?.values() ?? [])].toSorted((left, right) =>
        compareText(left.names.plural, right.names.plural),
      ),
    })),
  }))
}
