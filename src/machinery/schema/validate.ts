/** Validation of the values of custom resources: schema, embedded resources, sets and maps, rules, in upstream's order. */
import { ruleTreeOf } from '../cel/rule-tree.ts'
import { validateRules } from '../cel/rule-validation.ts'
import type { StatusCause } from '../errors.ts'
import { fieldInvalid } from '../names/field-error.ts'
import type { Json, JsonObject } from '../object.ts'
import { type Correlation, correlatedField, isUnchanged } from './correlation.ts'
import { validateEmbeddedResources } from './embedded-metadata.ts'
import { validateListSetsAndMaps } from './list-type.ts'
import { visit } from './schema-validator.ts'
import type { StructuralSchema } from './structural-schema.ts'
import { startValidation } from './validation.ts'

/**
 * Validates a value that is created.
 *
 * @param path - the field that the value is; empty for a whole object, `status` for its status.
 * @param found - what is wrong with its metadata: rules are not run on what is not whole.
 * @param more - what else is wrong with it, for which the same holds; told behind what the schema says.
 * @returns one cause per fault, worded as kube-apiserver words them; none when the value is valid.
 * @example validateValue(schema, { spec: { replicas: 'x' } }, '')
 */
export function validateValue(
  schema: StructuralSchema,
  value: unknown,
  path: string,
  found: readonly StatusCause[] = [],
  more: readonly StatusCause[] = [],
): StatusCause[] {
  // Not pushed: there may be more of them than a call takes arguments.
  const causes = validateSchema(schema, value as Json, undefined, path).concat(
    more,
    validateEmbeddedResources(schema, value as Json, path),
    validateListSetsAndMaps(schema, value as Json, path),
  )
  return withRules(schema, value as Json, undefined, path, causes, found)
}

/**
 * Validates a value that takes the place of `old`. What was wrong before and did not change is not reported again, so that a
 * schema that has become stricter does not lock existing objects (ratcheting); the parts of a list are compared only where
 * its type is map.
 *
 * @param passedOver - gets what rules say of what was wrong before: a write warns of it.
 * @param part - the property whose schema alone the value is held to, as an object that is written by its status.
 */
export function validateValueUpdate(
  schema: StructuralSchema,
  value: unknown,
  old: unknown,
  path: string,
  found: readonly StatusCause[] = [],
  more: readonly StatusCause[] = [],
  passedOver: string[] = [],
  part = '',
): StatusCause[] {
  const wasWrong = validateListSetsAndMaps(schema, old as Json, path).length > 0
  const ofSchema =
    part === ''
      ? validateSchema(schema, value as Json, { old: old as Json, schema }, path)
      : validatePart(schema, value as JsonObject, old as JsonObject, part)
  const causes = ofSchema.concat(
    more,
    validateEmbeddedResources(schema, value as Json, path),
    wasWrong ? [] : validateListSetsAndMaps(schema, value as Json, path),
  )
  return withRules(schema, value as Json, old as Json, path, causes, found, passedOver)
}

/** What keeps rules from being run: they may rely on what the schema says of their values. */
const BLOCKING = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

const NOT_CHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'

/** Rules come last (registry/customresource/strategy.go). */
function withRules(
  schema: StructuralSchema,
  value: Json,
  old: Json | undefined,
  path: string,
  causes: StatusCause[],
  found: readonly StatusCause[],
  passedOver: string[] = [],
): StatusCause[] {
  if (ruleTreeOf(schema) === undefined) return causes
  if ([...found, ...causes].some(({ reason = '' }) => BLOCKING.has(reason)))
    return [...causes, fieldInvalid('<nil>', null, NOT_CHECKED)]
  return [...causes, ...validateRules(schema, value, old, path, { passedOver })]
}

/** ValidateStatusUpdate in apiextensions-apiserver: its messages, too, begin at the part. */
function validatePart(schema: StructuralSchema, value: JsonObject, old: JsonObject, part: string): StatusCause[] {
  const ofPart = schema.properties?.get(part)
  const now = value[part]
  if (ofPart === undefined || now === undefined) return []
  return validateSchema(ofPart, now, correlatedField({ old, schema }, part), part)
}

function validateSchema(
  schema: StructuralSchema,
  value: Json,
  correlation: Correlation | undefined,
  path: string,
): StatusCause[] {
  const validation = startValidation(path)
  visit(validation, schema, value, correlation)
  if (validation.causes === undefined || (correlation && isUnchanged(value, correlation))) return []
  return [...validation.causes.values()]
}
