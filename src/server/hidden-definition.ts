/** Indexes of the server, served to the system's own controllers like any other resource. They are not in discovery. */
import type { ResourceDefinition, Verb } from './definition.ts'

export const LIFECYCLE_GROUP = 'lifecycle.keelson.dev'
const VERSION = 'v1alpha1'
export const LIFECYCLE_API_VERSION = `${LIFECYCLE_GROUP}/${VERSION}`

export function hiddenDefinition(
  plural: string,
  kind: string,
  verbs: readonly Verb[],
  more: Partial<ResourceDefinition>,
): ResourceDefinition {
  return {
    group: LIFECYCLE_GROUP,
    version: VERSION,
    storageVersion: VERSION,
    names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List`, shortNames: [], categories: [] },
    namespaced: false,
    identity: 'builtin',
    verbs,
    subresources: {},
    schema: undefined,
    openAPIV3Schema: undefined,
    schemaHash: 'none',
    columns: [],
    selectableFields: [],
    nameRule: 'PathSegment',
    generation: false,
    builtIn: true,
    hidden: true,
    strategy: {},
    ...more,
  }
}
