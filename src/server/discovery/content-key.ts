/**
 * Identifies what a DefinitionSet serves by its content, so that logical clusters that serve the same share their
 * documents: definitions from equal CustomResourceDefinitions are the same values.
 */
import { createHash } from 'node:crypto'
import type { DefinitionSet, ResourceDefinition } from '../definition.ts'

const ids = new WeakMap<ResourceDefinition, number>()
const keys = new WeakMap<DefinitionSet, string>()
let last = 0

function idOf(definition: ResourceDefinition): number {
  let id = ids.get(definition)
  if (id === undefined) {
    last += 1
    id = last
    ids.set(definition, id)
  }
  return id
}

export function contentKey(definitions: DefinitionSet): string {
  let key = keys.get(definitions)
  if (key === undefined) {
    const content = definitions.all.map(idOf).join()
    key = createHash('sha256').update(content).digest('base64')
    keys.set(definitions, key)
  }
  return key
}
