/** What a logical cluster serves: the built-in kinds, what others share with it, and its own CustomResourceDefinitions. */
import { formatApiVersion } from '../machinery/index.ts'
import type { DefinitionSet, ResourceDefinition } from './definition.ts'

export function definitionSet(all: readonly ResourceDefinition[]): DefinitionSet {
  const byResource = new Map<string, ResourceDefinition>()
  const byKind = new Map<string, ResourceDefinition>()
  const preferred = new Map<string, ResourceDefinition>()
  for (const definition of all) {
    const apiVersion = formatApiVersion(definition)
    const { plural, kind } = definition.names
    setFirst(byResource, `${apiVersion}/${plural}`, definition)
    setFirst(byKind, `${apiVersion}/${kind}`, definition)
    const resource = `${definition.group}/${plural}`
    const known = preferred.get(resource)
    if (known === undefined || definition.version === definition.storageVersion) preferred.set(resource, definition)
  }
  return {
    all,
    find: (group, version, plural) => byResource.get(`${formatApiVersion({ group, version })}/${plural}`),
    findKind: (group, version, kind) => byKind.get(`${formatApiVersion({ group, version })}/${kind}`),
    findResource: (group, plural) => preferred.get(`${group}/${plural}`),
  }
}

/**
 * What is served everywhere, then what one logical cluster has from others, then what it has of its own. As long as they
 * are the same arrays, the set is the same: logical clusters that serve the same share it.
 */
export function joinDefinitions(
  everywhere: readonly ResourceDefinition[],
): (shared: readonly ResourceDefinition[], own: readonly ResourceDefinition[]) => DefinitionSet {
  const plain = definitionSet(everywhere)
  const kept = new WeakMap<readonly ResourceDefinition[], WeakMap<readonly ResourceDefinition[], DefinitionSet>>()
  return (shared, own) => {
    if (shared.length === 0 && own.length === 0) return plain
    const byOwn = kept.get(shared) ?? new WeakMap<readonly ResourceDefinition[], DefinitionSet>()
    kept.set(shared, byOwn)
    const set = byOwn.get(own) ?? definitionSet([...everywhere, ...shared, ...own])
    byOwn.set(own, set)
    return set
  }
}

/** A built-in kind shadows a CRD of the same name, as kcp's system CRDs do. */
function setFirst(map: Map<string, ResourceDefinition>, key: string, definition: ResourceDefinition): void {
  if (!map.has(key)) map.set(key, definition)
}
