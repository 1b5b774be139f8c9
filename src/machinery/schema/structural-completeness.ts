/**
 * Whatever a junctor says about a field must be about a field that the structural part specifies, too
 * (apiextensions-apiserver/pkg/apiserver/schema/complete.go).
 */
import type { StatusCause } from '../errors.ts'
import { fieldRequired } from '../names/field-error.ts'
import { childPath, indexPath, keyPath } from './field-path.ts'
import type { StructuralSchema } from './structural-schema.ts'

export function completenessCauses(schema: StructuralSchema, path: string): StatusCause[] {
  return junctorCauses(schema, schema, path, path)
}

/** `validation` stands at `said`, about the structural `schema` that stands at `path`. */
function junctorCauses(
  validation: StructuralSchema,
  schema: StructuralSchema,
  path: string,
  said: string,
): StatusCause[] {
  const causes = validation.not ? nestedCauses(validation.not, schema, path, childPath(said, 'not')) : []
  for (const keyword of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [index, nested] of validation[keyword].entries()) {
      causes.push(...nestedCauses(nested, schema, path, indexPath(childPath(said, keyword), index)))
    }
  }
  return causes
}

function nestedCauses(
  validation: StructuralSchema,
  schema: StructuralSchema | undefined,
  path: string,
  said: string,
): StatusCause[] {
  if (schema === undefined) return [fieldRequired(path, `because it is defined in ${said}`)]
  const causes = junctorCauses(validation, schema, path, said)
  if (validation.items !== undefined) {
    causes.push(...nestedCauses(validation.items, schema.items, childPath(path, 'items'), childPath(said, 'items')))
  }
  for (const [key, property] of validation.properties ?? []) {
    const at = (where: string) => keyPath(childPath(where, 'properties'), key)
    causes.push(...nestedCauses(property, schema.properties?.get(key), at(path), at(said)))
  }
  return causes
}
