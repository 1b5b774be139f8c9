import type { ResourceDefinition } from './definition.ts'

/**
 * The definition with other fields. A spread would parse and hash its schema, which a process needs of few of its kinds: the
 * getters are kept instead.
 *
 * @example definitionWith(workspaceDefinition, { verbs: ['get', 'list'] })
 */
export function definitionWith(
  definition: ResourceDefinition,
  changes: Partial<ResourceDefinition>,
): ResourceDefinition {
  const fields = { ...Object.getOwnPropertyDescriptors(definition), ...Object.getOwnPropertyDescriptors(changes) }
  return Object.defineProperties({} as ResourceDefinition, fields)
}
