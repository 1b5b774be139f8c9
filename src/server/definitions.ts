/** What a logical cluster serves: the built-in kinds and its own CustomResourceDefinitions. */
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

/** A built-in kind shadows a CRD of the same name, as kcp's system CRDs do. */
function setFirst(map: Map<string, ResourceDefinition>, key: string, definition: ResourceDefinition): void {
  if (!map.has(key)) map.set(key, definition)
}
