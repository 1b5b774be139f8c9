/** Rules of a definition when it is admitted: what they are, and what they may cost (apiextensions validation.go, cel_validation.go). */
import type { StatusCause } from '../errors.ts'
import { fieldForbidden, fieldInvalid } from '../names/field-error.ts'
import type { JsonObject } from '../object.ts'
import { childPath, indexPath, keyPath } from '../schema/field-path.ts'
import { additionalSchema, type StructuralSchema, type ValidationRule } from '../schema/structural-schema.ts'
import { estimateCost } from './cost-estimate.ts'
import { escapeFieldName } from './field-name.ts'
import { type CompiledRule, compileRules } from './rule.ts'
import { MAX_REQUEST, type SchemaType, schemaType } from './schema-type.ts'

const RULE_LIMIT = 10_000_000
const DEFINITION_LIMIT = 100_000_000
/** So many of the most expensive rules are named where all together cost too much. */
const MOST_EXPENSIVE = 4

interface Admission {
  readonly causes: StatusCause[]
  readonly costs: { readonly path: string; readonly cost: number }[]
  total: number
}

interface Place {
  readonly path: string
  readonly type: SchemaType | undefined
  /** How many such values an object may have; undefined where there is no limit. */
  readonly count: number | undefined
  /** Where a list begins whose old and new items are not told apart. */
  readonly uncorrelatable: string | undefined
}

/** @param path - the field that the schema is. The schema must be structural. */
export function ruleAdmissionCauses(schema: StructuralSchema, path: string): StatusCause[] {
  const admission: Admission = { causes: [], costs: [], total: 0 }
  visit(admission, schema, { path, type: schemaType(schema, true), count: 1, uncorrelatable: undefined })
  if (admission.total > DEFINITION_LIMIT) admission.causes.push(...totalCauses(admission, path))
  return admission.causes
}

function totalCauses({ costs, total }: Admission, path: string): StatusCause[] {
  const notable = costs.filter(({ cost }) => cost >= DEFINITION_LIMIT / 100)
  notable.sort((left, right) => right.cost - left.cost)
  const name = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema'
  const detail = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'
  return [
    ...notable.slice(0, MOST_EXPENSIVE).map((rule) => fieldForbidden(rule.path, detail)),
    fieldForbidden(path, costText(name, total, DEFINITION_LIMIT)),
  ]
}

function costText(name: string, cost: number, limit: number): string {
  const times = cost / limit
  const factor = times > 100 ? 'more than 100x' : `${times.toFixed(times < 1.5 ? 6 : 1)}x`
  const advice =
    'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared'
  return `${name} exceeds budget by factor of ${factor} (${advice})`
}

/** Schemas within come first, as upstream's causes do. */
function visit(admission: Admission, schema: StructuralSchema, place: Place): void {
  const { path, type, uncorrelatable } = place
  const count = countBelow(schema, place.count)
  const values = additionalSchema(schema)
  if (values !== undefined) {
    const below = { path: childPath(path, 'additionalProperties'), type: type?.element, count, uncorrelatable }
    visit(admission, values, below)
  }
  for (const [key, property] of schema.properties ?? []) {
    const escaped = escapeFieldName(key)
    const field = escaped === undefined ? undefined : type?.fields?.get(escaped)
    const at = keyPath(childPath(path, 'properties'), key)
    const own = field ?? schemaType(property, property.embeddedResource)
    visit(admission, property, { path: at, type: own, count, uncorrelatable })
  }
  if (schema.items !== undefined) {
    const below = { path: childPath(path, 'items'), type: type?.element, count }
    visit(admission, schema.items, { ...below, uncorrelatable: schema.listType === 'map' ? uncorrelatable : path })
  }
  if (schema.validations.length > 0) addRules(admission, schema, place)
}

function countBelow(schema: StructuralSchema, count: number | undefined): number | undefined {
  const limit = schema.type === 'array' ? schema.maxItems : schema.maxProperties
  const isMany = schema.type === 'array' || (schema.type === 'object' && schema.additionalProperties !== undefined)
  if (!isMany) return count
  return count === undefined || limit === undefined ? undefined : count * Math.max(0, limit)
}

function addRules(admission: Admission, schema: StructuralSchema, place: Place): void {
  const at = childPath(place.path, 'x-kubernetes-validations')
  if (place.type === undefined) {
    const detail =
      'Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations'
    admission.causes.push({ reason: 'InternalError', field: at, message: detail })
    return
  }
  const { type } = place
  for (const [index, compiled] of compileRules(schema, type).entries()) {
    addRule(admission, compiled, { ...place, type, path: indexPath(at, index) })
  }
}

function addRule(admission: Admission, compiled: CompiledRule, place: Place & { readonly type: SchemaType }): void {
  const { rule } = compiled
  const at = (name: string) => childPath(place.path, name)
  if (compiled.program !== undefined) {
    const cost = estimateCost(compiled.program.checked, place.type)
    addCost(admission, at('rule'), 'estimated rule cost', repeated(cost, place))
  }
  if (compiled.error !== undefined) admission.causes.push(fieldInvalid(at('rule'), ruleAsGo(rule), compiled.error))
  if (compiled.messageError !== undefined) {
    admission.causes.push(fieldInvalid(at('messageExpression'), ruleAsGo(rule), compiled.messageError))
  } else if (compiled.messageProgram !== undefined) {
    const cost = estimateCost(compiled.messageProgram.checked, place.type)
    addCost(admission, at('messageExpression'), 'estimated messageExpression cost', cost)
  }
  if (compiled.usesOldSelf && place.uncorrelatable !== undefined) {
    const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelatable}`
    admission.causes.push(fieldInvalid(at('rule'), rule.rule, detail))
  } else if (!compiled.usesOldSelf && rule.optionalOldSelf !== undefined) {
    const detail = 'may not be set if oldSelf is not used in rule'
    admission.causes.push(fieldInvalid(at('optionalOldSelf'), rule.optionalOldSelf, detail))
  }
}

/** For all values that an object may have; without a limit, for as many as a request may hold. */
function repeated(cost: number, { count, type }: Place & { readonly type: SchemaType }): number {
  if (cost === 0) return 0
  return cost * (count ?? Math.floor(MAX_REQUEST / (type.minSize + 1)))
}

function addCost(admission: Admission, path: string, name: string, cost: number): void {
  if (cost > RULE_LIMIT) admission.causes.push(fieldForbidden(path, costText(name, cost, RULE_LIMIT)))
  admission.costs.push({ path, cost })
  admission.total += cost
}

/** Upstream shows its internal Go type, whose fields have no names of their own. */
function ruleAsGo({
  rule,
  message,
  messageExpression,
  reason,
  fieldPath,
  optionalOldSelf,
}: ValidationRule): JsonObject {
  return {
    Rule: rule,
    Message: message ?? '',
    MessageExpression: messageExpression ?? '',
    Reason: reason ?? null,
    FieldPath: fieldPath ?? '',
    OptionalOldSelf: optionalOldSelf ?? null,
  }
}
