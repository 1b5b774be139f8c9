/**
 * Values against a schema, as kube-openapi/pkg/validation/validate does it: the same checks in the same order, the same words,
 * and the same count of matches, by which the best of several failed alternatives is chosen. Properties are visited in the
 * order of the schema, where upstream's order is random.
 */
import type { StatusCause } from '../errors.ts'
import { fieldInvalid } from '../names/field-error.ts'
import { quote } from '../names/go-text.ts'
import type { Json, JsonObject } from '../object.ts'
import { equalJson } from './canonical-json.ts'
import { type Correlation, correlatedField, correlatedItem, isUnchanged } from './correlation.ts'
import { fieldName, wayText } from './field-path.ts'
import { kindOf, validateScalar, validateType } from './scalar-validator.ts'
import type { StructuralSchema } from './structural-schema.ts'
import { addFault, faultField, mark, restore, type Validation } from './validation.ts'

/** Validates one value and all below; faults and matches are added to `validation`. */
export function visit(
  validation: Validation,
  schema: StructuralSchema,
  value: Json,
  correlation: Correlation | undefined,
): void {
  const kind = kindOf(value)
  validateType(validation, schema, value, kind)
  if (value === null) {
    if (schema.enum.length > 0) validateScalar(validation, schema, value, kind)
    return
  }
  validateJunctors(validation, schema, value)
  validateScalar(validation, schema, value, kind)
  if (kind === 'array') validateItems(validation, schema, value as Json[], correlation)
  else if (kind === 'object') validateObject(validation, schema, value as JsonObject, correlation)
  validation.matches += 1
}

/** A value below: what is wrong with it does not count when it was so before (upstream's ratcheting). */
function visitChild(
  validation: Validation,
  schema: StructuralSchema,
  value: Json,
  step: string | number,
  correlation: Correlation | undefined,
): void {
  validation.way.push(step)
  if (correlation === undefined) visit(validation, schema, value, undefined)
  else {
    const before = mark(validation)
    visit(validation, schema, value, correlation)
    if (validation.faults > before.faults && isUnchanged(value, correlation)) restore(validation, before)
  }
  validation.way.pop()
}

function validateItems(
  validation: Validation,
  schema: StructuralSchema,
  items: readonly Json[],
  correlation: Correlation | undefined,
): void {
  const size = items.length
  if (schema.items !== undefined) {
    for (let index = 0; index < size; index++) {
      const item = items[index] as Json
      visitChild(validation, schema.items, item, index, correlation && correlatedItem(correlation, item))
    }
  }
  if (schema.minItems !== undefined && size < schema.minItems) {
    addFault(validation, `should have at least ${schema.minItems} items`, { value: size })
  }
  if (schema.maxItems !== undefined && size > schema.maxItems) {
    addFault(validation, `should have at most ${schema.maxItems} items`, { tooMany: size, limit: schema.maxItems })
  }
  if (
    schema.uniqueItems &&
    items.some((item, index) => items.slice(0, index).some((other) => equalJson(item, other)))
  ) {
    addFault(validation, "shouldn't contain duplicates", { value: '' })
  }
  validation.matches += 2
}

function validateObject(
  validation: Validation,
  schema: StructuralSchema,
  object: JsonObject,
  correlation: Correlation | undefined,
): void {
  if (schema.minProperties !== undefined || schema.maxProperties !== undefined) {
    validateSize(validation, schema, Object.keys(object).length)
  }
  const { properties, additionalProperties } = schema
  if (additionalProperties !== undefined && additionalProperties !== true) {
    for (const key in object) {
      if (properties?.has(key)) continue
      if (additionalProperties === false) forbidProperty(validation, key)
      else {
        // Upstream's path begins with a dot where the map is the root.
        const step = validation.way.length === 0 ? `.${key}` : key
        const field = correlation && correlatedField(correlation, key)
        visitChild(validation, additionalProperties, object[key] as Json, step, field)
      }
    }
  }
  if (properties !== undefined) {
    for (const [key, property] of properties) {
      if (!Object.hasOwn(object, key)) continue
      // Old and new are of one apiVersion and kind whatever was sent, so these are never taken as unchanged.
      const isTypeMeta = validation.way.length === 0 && (key === 'apiVersion' || key === 'kind')
      const field = correlation === undefined || isTypeMeta ? undefined : correlatedField(correlation, key)
      visitChild(validation, property, object[key] as Json, key, field)
    }
  }
  for (const key of schema.required) {
    if (Object.hasOwn(object, key)) continue
    validation.way.push(key)
    addFault(validation, 'is required', { required: true })
    validation.way.pop()
  }
  validation.matches += 1
}

function validateSize(validation: Validation, schema: StructuralSchema, size: number): void {
  if (schema.minProperties !== undefined && size < schema.minProperties) {
    addFault(validation, `should have at least ${schema.minProperties} properties`, { value: size })
  }
  if (schema.maxProperties !== undefined && size > schema.maxProperties) {
    addFault(validation, `should have at most ${schema.maxProperties} properties`, {
      tooMany: size,
      limit: schema.maxProperties,
    })
  }
}

function forbidProperty(validation: Validation, key: string): void {
  const text = `${wayText(validation.way)}.${key} in body is a forbidden property`
  addFault(validation, '', { text, cause: () => fieldInvalid(faultField(validation), key, text) })
}

interface Outcome {
  readonly valid: boolean
  readonly matches: number
}

/** How an alternative fares, without its faults: most alternatives fail, and their messages are for nobody. */
function probe(validation: Validation, schema: StructuralSchema, value: Json): Outcome {
  const alone: Validation = { ...validation, causes: undefined, silent: true, faults: 0, matches: 0 }
  visit(alone, schema, value, undefined)
  return { valid: alone.faults === 0, matches: alone.matches }
}

/** Within junctors nothing is compared with the old value, as upstream hands no options to them. */
function validateJunctors(validation: Validation, schema: StructuralSchema, value: Json): void {
  if (schema.anyOf.length > 0) validateAnyOf(validation, schema.anyOf, value)
  if (schema.oneOf.length > 0) validateOneOf(validation, schema.oneOf, value)
  if (schema.allOf.length > 0) validateAllOf(validation, schema.allOf, value)
  if (schema.not !== undefined && probe(validation, schema.not, value).valid) {
    addJunctorFault(validation, 'must not validate the schema (not)')
  }
  validation.matches += 2
}

/** These name the value only in their text: upstream reports them for the root. */
function addJunctorFault(validation: Validation, message: string): void {
  const text = `${quote(wayText(validation.way))} ${message}`
  const cause = (): StatusCause => fieldInvalid(fieldName(validation.prefix), '', text)
  addFault(validation, '', { text, cause })
}

function validateAnyOf(validation: Validation, alternatives: readonly StructuralSchema[], value: Json): void {
  let best: { schema: StructuralSchema; matches: number } | undefined
  for (const schema of alternatives) {
    const { valid, matches } = probe(validation, schema, value)
    if (valid) {
      validation.matches += matches
      return
    }
    if (best === undefined || matches > best.matches) best = { schema, matches }
  }
  addJunctorFault(validation, 'must validate at least one schema (anyOf)')
  if (best !== undefined) visit(validation, best.schema, value, undefined)
}

function validateOneOf(validation: Validation, alternatives: readonly StructuralSchema[], value: Json): void {
  let best: { schema: StructuralSchema; matches: number } | undefined
  let firstMatches = 0
  let valid = 0
  for (const schema of alternatives) {
    const outcome = probe(validation, schema, value)
    if (outcome.valid) {
      if (valid === 0) firstMatches = outcome.matches
      valid += 1
    } else if (valid === 0 && (best === undefined || outcome.matches > best.matches)) {
      best = { schema, matches: outcome.matches }
    }
  }
  if (valid === 1) {
    validation.matches += firstMatches
    return
  }
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`
  addJunctorFault(validation, `must validate one and only one schema (oneOf). ${found}`)
  if (valid === 0 && best !== undefined) visit(validation, best.schema, value, undefined)
}

function validateAllOf(validation: Validation, schemas: readonly StructuralSchema[], value: Json): void {
  let valid = 0
  for (const schema of schemas) {
    const before = validation.faults
    visit(validation, schema, value, undefined)
    if (validation.faults === before) valid += 1
  }
  if (valid === schemas.length) return
  addJunctorFault(validation, `must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`)
}
