/** What keeps a resource of an export out of a logical cluster: something there already has its name. */
import type { KubeObject } from '../../machinery/index.ts'
import type { ResourceDefinition } from '../../server/index.ts'
import { resourceSchemaSpec } from '../api/api-resource-schema.ts'

/** The name that is taken and by what; undefined when the schema's names are free. */
export function namingConflict(
  schema: KubeObject,
  identityHash: string,
  served: readonly ResourceDefinition[],
): string | undefined {
  const { group, names } = resourceSchemaSpec(schema)
  const others = served.filter(
    (other) => other.group === group && !(other.identity === identityHash && other.names.plural === names.plural),
  )
  for (const other of others) {
    const field = takenField(schema, other)
    if (field !== undefined) return `naming conflict with ${describe(other)}: ${field} is forbidden`
  }
  return undefined
}

function takenField(schema: KubeObject, { names: other }: ResourceDefinition): string | undefined {
  const { plural, singular, kind, listKind, shortNames = [] } = resourceSchemaSpec(schema).names as Names
  const resources = new Set([other.plural, other.singular, ...other.shortNames])
  const kinds = new Set([other.kind, other.listKind])
  if (resources.has(plural)) return `spec.names.plural=${plural}`
  if (resources.has(singular)) return `spec.names.singular=${singular}`
  const short = shortNames.find((name) => resources.has(name))
  if (short !== undefined) return `spec.names.shortNames=${short}`
  if (kinds.has(kind)) return `spec.names.kind=${kind}`
  return kinds.has(listKind) ? `spec.names.listKind=${listKind}` : undefined
}

interface Names {
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly listKind: string
  readonly shortNames?: readonly string[]
}

function describe({ identity, names, group }: ResourceDefinition): string {
  const resource = `${names.plural}.${group}`
  if (identity === 'customresources') return `CustomResourceDefinition ${resource}`
  return identity === 'builtin' ? `the built-in resource ${resource}` : `the bound resource ${resource}`
}
