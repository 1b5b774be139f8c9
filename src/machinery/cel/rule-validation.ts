/** Values against the rules of their schema (apiextensions-apiserver schema/cel/validation.go). */
import type { StatusCause } from '../errors.ts'
import { fieldDuplicate, fieldForbidden, fieldInvalid, fieldRequired } from '../names/field-error.ts'
import { quote } from '../names/go-text.ts'
import { byteLength } from '../names/messages.ts'
import type { Json, JsonObject } from '../object.ts'
import { type Correlation, correlatedField, correlatedItem, isUnchanged } from '../schema/correlation.ts'
import { childPath, fieldName, indexPath, keyPath } from '../schema/field-path.ts'
import type { StructuralSchema, ValidationRule } from '../schema/structural-schema.ts'
import { PER_CALL_LIMIT } from './program.ts'
import type { CompiledRule } from './rule.ts'
import { type RuleTree, ruleTreeOf } from './rule-tree.ts'
import { withMetadata } from './schema-type.ts'
import { schemaValue } from './schema-value.ts'
import { type CelError, isError, NONE, optionalOf, type Value } from './value.ts'

/** What all rules of one object may cost together (apis/cel/config.go). */
const RULE_BUDGET = 10_000_000
const MAX_MESSAGE = 5 * 1024

interface RuleValidation {
  readonly causes: StatusCause[]
  /** Of what was broken before and is passed over; as upstream's warnings word it. */
  readonly passedOver: string[]
  /** What is left; negative once no further rule is run. */
  budget: number
}

/** The parts of the old object that the value may be compared with. */
interface Ratchet {
  readonly current: { readonly value: Json; readonly correlation: Correlation } | undefined
  readonly parent: { readonly value: Json; readonly correlation: Correlation } | undefined
}

const NO_RATCHET: Ratchet = { current: undefined, parent: undefined }

export interface RuleOptions {
  /** By default `RULE_BUDGET`. */
  readonly budget?: number
  /** Whether the schema is that of a whole resource; by default it is. */
  readonly isRoot?: boolean
  /** Whether what was broken before is passed over; by default it is. */
  readonly ratchets?: boolean
  /** Gets what is passed over: `spec.a: Invalid value: "x": too short`. */
  readonly passedOver?: string[]
}

/**
 * Runs the rules of a schema and of all within it.
 *
 * @param old - what the value takes the place of; undefined when it is new.
 * @param path - the field that the value is; empty for a whole object.
 */
export function validateRules(
  schema: StructuralSchema,
  value: Json,
  old: Json | undefined,
  path: string,
  { budget = RULE_BUDGET, isRoot = true, ratchets = true, passedOver = [] }: RuleOptions = {},
): StatusCause[] {
  const tree = ruleTreeOf(schema, isRoot)
  if (tree === undefined) return []
  const validation: RuleValidation = { causes: [], passedOver, budget }
  const current = old === undefined || !ratchets ? undefined : { value, correlation: { old, schema } }
  visit(validation, tree, value, old ?? null, path, { current, parent: undefined })
  return validation.causes
}

function visit(
  validation: RuleValidation,
  tree: RuleTree,
  value: Json,
  old: Json,
  path: string,
  ratchet: Ratchet,
): void {
  if (value === null || validation.budget < 0) return
  runRules(validation, tree, value, old, path, ratchet)
  if (validation.budget < 0) return
  if (Array.isArray(value)) visitItems(validation, tree, value, old, path, ratchet)
  else if (typeof value === 'object') visitFields(validation, tree, value, old, path, ratchet)
}

function visitItems(
  validation: RuleValidation,
  { items, schema }: RuleTree,
  value: readonly Json[],
  old: Json,
  path: string,
  ratchet: Ratchet,
): void {
  if (items === undefined) return
  const before: Correlation = { old: Array.isArray(old) ? old : [], schema }
  for (const [index, item] of value.entries()) {
    if (validation.budget < 0) return
    const match = correlatedItem(before, item)?.old ?? null
    const below = step(ratchet, item, (correlation) => correlatedItem(correlation, item))
    visit(validation, items, item, match, indexPath(path, index), below)
  }
}

function visitFields(
  validation: RuleValidation,
  { additionalProperties, properties }: RuleTree,
  value: JsonObject,
  old: Json,
  path: string,
  ratchet: Ratchet,
): void {
  const before = typeof old === 'object' && old !== null && !Array.isArray(old) ? old : {}
  for (const [key, field] of Object.entries(value)) {
    if (validation.budget < 0) return
    const tree = additionalProperties ?? properties.get(key)
    if (tree === undefined) continue
    const at = additionalProperties === undefined ? childPath(path, key) : keyPath(path, key)
    const match = Object.hasOwn(before, key) ? (before[key] as Json) : null
    // Old and new are of one apiVersion and kind whatever was sent, so these are never taken as unchanged.
    const isTypeMeta = ratchet.parent === undefined && (key === 'apiVersion' || key === 'kind')
    const below = isTypeMeta ? NO_RATCHET : step(ratchet, field, (correlation) => correlatedField(correlation, key))
    visit(validation, tree, field, match, at, below)
  }
}

function step(ratchet: Ratchet, value: Json, find: (correlation: Correlation) => Correlation | undefined): Ratchet {
  if (ratchet.current === undefined) return ratchet
  const correlation = find(ratchet.current.correlation)
  return { current: correlation && { value, correlation }, parent: ratchet.current }
}

/** Whether what is wrong was so before: a rule that came later does not lock existing objects. */
function isRatcheted({ current, parent }: Ratchet): boolean {
  const nearest = current ?? parent
  return nearest !== undefined && isUnchanged(nearest.value, nearest.correlation)
}

type Variables = Readonly<Record<string, Value>>

function runRules(
  validation: RuleValidation,
  tree: RuleTree,
  value: Json,
  old: Json,
  path: string,
  ratchet: Ratchet,
): void {
  if (tree.rules.length === 0) return
  const { type } = tree.schema
  if (validation.budget <= 0) {
    exhaust(validation, path, type, OUT_OF_BUDGET)
    return
  }
  const schema = tree.isRoot ? withMetadata(tree.schema) : tree.schema
  const self = schemaValue(schema, value)
  const oldSelf = old === null ? undefined : schemaValue(schema, old)
  for (const compiled of tree.rules) {
    if (compiled.error !== undefined) {
      validation.causes.push(fieldInvalid(fieldName(path), type, `rule compile error: ${compiled.error}`))
      continue
    }
    const isOptional = compiled.rule.optionalOldSelf === true
    // Rules of transitions are for values that there is an old value for.
    if (compiled.usesOldSelf && oldSelf === undefined && !isOptional) continue
    const optional = oldSelf === undefined ? NONE : optionalOf(oldSelf)
    const variables: Variables = isOptional
      ? { self, oldSelf: optional }
      : { self, ...(oldSelf !== undefined && { oldSelf }) }
    runRule(validation, compiled, variables, { value, type, path, ratchet })
    if (validation.budget < 0) return
  }
}

interface Place {
  readonly value: Json
  /** The type that the schema declares. */
  readonly type: string
  readonly path: string
  readonly ratchet: Ratchet
}

const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run'

function exhaust(validation: RuleValidation, path: string, type: string, detail: string): void {
  validation.causes.push(fieldInvalid(fieldName(path), type, detail))
  validation.budget = -1
}

function runRule(validation: RuleValidation, compiled: CompiledRule, variables: Variables, place: Place): void {
  const { rule, program } = compiled
  if (program === undefined) return
  const { result, cost } = program.evaluate(variables, { limit: PER_CALL_LIMIT })
  const isOverLimit = isError(result) && result.message.startsWith('operation cancelled')
  if (cost > validation.budget) {
    exhaust(validation, place.path, place.type, OUT_OF_BUDGET)
    return
  }
  validation.budget -= cost
  if (isError(result)) {
    validation.causes.push(fieldInvalid(fieldName(place.path), place.type, failureText(result, rule)))
    if (isOverLimit) validation.budget = -1
  } else if (result !== true) addBroken(validation, compiled, variables, place)
}

function ruleText({ rule, message = '' }: ValidationRule): string {
  return (message === '' ? rule : message).trim()
}

function failureText({ message }: CelError, rule: ValidationRule): string {
  if (message.startsWith('no such overload')) {
    return `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText(rule)}`
  }
  if (message.startsWith('operation cancelled')) {
    return `'${message}': no further validation rules will be run due to call cost exceeds limit for rule: ${ruleText(rule)}`
  }
  return `${message} evaluating rule: ${ruleText(rule)}`
}

function addBroken(validation: RuleValidation, compiled: CompiledRule, variables: Variables, place: Place): void {
  const path = fieldName(compiled.fieldPath === '' ? place.path : childPath(place.path, compiled.fieldPath))
  const add = (cause: StatusCause): void => {
    if (compiled.usesOldSelf || !isRatcheted(place.ratchet)) validation.causes.push(cause)
    else validation.passedOver.push(`${cause.field}: ${cause.message}`)
  }
  const message = messageOf(validation, compiled, variables)
  if (message.fault !== undefined) {
    add(fieldInvalid(path, place.type, message.fault))
    validation.budget = -1
    return
  }
  const { rule } = compiled
  const fallback = rule.message ? rule.message.trim() : `failed rule: ${ruleText(rule)}`
  add(causeFor(path, place, message.text ?? fallback, rule.reason))
}

/** Objects and lists are not repeated to the client. */
function causeFor(path: string, { value, type }: Place, detail: string, reason: string | undefined): StatusCause {
  const isOmitted = type === 'object' || type === 'array'
  if (reason === 'FieldValueForbidden') return fieldForbidden(path, detail)
  if (reason === 'FieldValueRequired') return fieldRequired(path, detail)
  if (reason === 'FieldValueDuplicate') {
    return isOmitted ? { reason, field: path, message: 'Duplicate value' } : fieldDuplicate(path, value)
  }
  if (!isOmitted) return fieldInvalid(path, value, detail)
  return { reason: 'FieldValueInvalid', field: path, message: `Invalid value: ${detail}` }
}

/** The text of a messageExpression; neither text nor fault where the rule's own message is to be used. */
function messageOf(
  validation: RuleValidation,
  { messageProgram, rule }: CompiledRule,
  variables: Variables,
): { readonly text?: string; readonly fault?: string } {
  if (messageProgram === undefined) return {}
  const { result, cost } = messageProgram.evaluate(variables, { limit: PER_CALL_LIMIT })
  if (cost > validation.budget) {
    const fault =
      'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run'
    return { fault }
  }
  if (isError(result) && result.message.startsWith('operation cancelled')) {
    const limit = 'no further validation rules will be run due to call cost exceeds limit for messageExpression'
    return { fault: `${limit}: ${quote(rule.messageExpression ?? '')}` }
  }
  validation.budget -= cost
  if (typeof result !== 'string') return {}
  const text = result.trim()
  const isUsable = text !== '' && !text.includes('\n') && byteLength(text) <= MAX_MESSAGE
  return isUsable ? { text } : {}
}
