/** Structural schemas: the openAPIV3Schema of a version, checked as kube-apiserver checks it and ready to be walked. */
import { ruleAdmissionCauses } from '../cel/rule-admission.ts'
import type { StatusCause } from '../errors.ts'
import { fieldInvalid } from '../names/field-error.ts'
import type { Json } from '../object.ts'
import { defaultCauses } from './default-rules.ts'
import { fieldName } from './field-path.ts'
import { decodeSchema } from './json-schema-props.ts'
import { openAPICauses } from './open-api-rules.ts'
import { structuralCauses } from './structural-rules.ts'
import type { StructuralSchema } from './structural-schema.ts'

export type StructuralSchemaResult =
  | { readonly ok: true; readonly value: StructuralSchema }
  | { readonly ok: false; readonly causes: StatusCause[] }

/**
 * Parses the openAPIV3Schema of a CustomResourceDefinition's version.
 *
 * @param json - the schema as it was sent.
 * @param path - the field it stands in, for the causes: `spec.versions[0].schema.openAPIV3Schema`.
 * @example
 * const result = parseStructuralSchema({ type: 'object' }, 'spec.versions[0].schema.openAPIV3Schema')
 * if (result.ok) validateValue(result.value, object, '')
 */
export function parseStructuralSchema(json: unknown, path: string): StructuralSchemaResult {
  const causes: StatusCause[] = []
  const value = decodeSchema((json ?? null) as Json, path, causes)
  if (causes.length === 0) causes.push(...schemaCauses(value, path))
  return causes.length === 0 ? { ok: true, value } : { ok: false, causes }
}

/** Structural rules first; defaults only of a schema that is structural; then what OpenAPI allows; then rules. */
function schemaCauses(schema: StructuralSchema, path: string): StatusCause[] {
  const unsupported = unsupportedKeyword(schema)
  const structural = unsupported === undefined ? structuralCauses(schema, path) : []
  const isStructural = unsupported === undefined && structural.length === 0
  const defaults = isStructural ? defaultCauses(schema, path) : []
  const openAPI = openAPICauses(schema, path)
  // Rules are judged by types, which only a schema without faults has.
  const hasTypes = isStructural && defaults.length === 0 && openAPI.length === 0
  const causes = [...structural, ...defaults, ...openAPI, ...(hasTypes ? ruleAdmissionCauses(schema, path) : [])]
  // Upstream reports what keeps it from converting the schema only where no other rule does.
  if (causes.length === 0 && unsupported !== undefined) {
    causes.push(fieldInvalid(fieldName(path), '', `OpenAPIV3Schema '${unsupported}' is not supported`))
  }
  return causes
}

/** A keyword, here or below, that structural schemas do not have at all. */
function unsupportedKeyword(schema: StructuralSchema): string | undefined {
  const [keyword] = schema.forbidden
  if (keyword !== undefined) return keyword === '$schema' ? 'schema' : keyword
  const additional = typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []
  const below = [schema.not, schema.items, ...schema.allOf, ...schema.anyOf, ...schema.oneOf, ...additional]
  for (const nested of [...below, ...(schema.properties?.values() ?? [])]) {
    const found = nested && unsupportedKeyword(nested)
    if (found !== undefined) return found
  }
  return undefined
}
