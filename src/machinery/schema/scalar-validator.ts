/** The checks of kube-openapi/pkg/validation/validate that look at one value alone: type, enum, texts, numbers. */
import { fieldInvalid, fieldNotSupported, fieldTypeInvalid } from '../names/field-error.ts'
import { goJson, quote } from '../names/go-text.ts'
import type { Json } from '../object.ts'
import { equalJson, sortedKeys } from './canonical-json.ts'
import { fieldName, wayText } from './field-path.ts'
import { matchesFormat } from './formats.ts'
import { isJsonInteger, printFloat } from './go-number.ts'
import { compilePattern } from './pattern.ts'
import type { StructuralSchema } from './structural-schema.ts'
import { addFault, faultField, type Validation } from './validation.ts'

export type JsonKind = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object'

/** A number without a fraction is an integer to Go's decoder if it fits int64. */
export function kindOf(value: Json): JsonKind {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? 'integer' : 'number'
    case 'boolean':
      return 'boolean'
    default:
      return value === null ? 'null' : Array.isArray(value) ? 'array' : 'object'
  }
}

export function validateType(validation: Validation, schema: StructuralSchema, value: Json, kind: JsonKind): void {
  const { types } = schema
  if (kind === 'null') {
    if (types.length > 0 && !schema.nullable) addTypeFault(validation, types.join(','), 'null')
    else validation.matches += 1
    return
  }
  if (types.length === 0 && schema.checkedFormat === '') return
  validation.matches += 1
  if (types.includes(kind) || isNumberOfAllowedType(types, value, kind)) {
    validation.matches += 1
    return
  }
  if (schema.checkedFormat !== '') {
    if (kind !== 'string' && kind !== 'array') {
      // Upstream names the format of the value here, where it has one.
      addTypeFault(validation, schema.format, kind === 'integer' ? 'int64' : kind === 'number' ? 'float64' : '')
      return
    }
    // With a format, upstream takes texts and lists for fit, and leaves texts to the check of the format.
    if (!types.includes('number') && !types.includes('integer')) {
      validation.matches += 1
      return
    }
  }
  addTypeFault(validation, types.join(','), kind)
}

function isNumberOfAllowedType(types: readonly string[], value: Json, kind: JsonKind): boolean {
  if (kind === 'integer') return types.includes('number')
  return kind === 'number' && types.includes('integer') && isJsonInteger(value as number)
}

function addTypeFault(validation: Validation, expected: string, found: string): void {
  const text = `${wayText(validation.way)} in body must be of type ${expected}: ${quote(found)}`
  addFault(validation, '', { text, cause: () => fieldTypeInvalid(faultField(validation), found, text) })
}

/** String, format, number and enum, in this order. */
export function validateScalar(validation: Validation, schema: StructuralSchema, value: Json, kind: JsonKind): void {
  if (kind === 'string') validateText(validation, schema, value as string)
  else if (kind === 'integer' || kind === 'number') validateNumber(validation, schema, value as number, kind)
  if (schema.enum.length > 0 && !schema.enum.some((allowed) => isEnumMember(allowed, value))) {
    const supported = schema.enum.map((allowed) =>
      typeof allowed === 'string' ? allowed : goJson(sortedKeys(allowed)),
    )
    addFault(validation, '', {
      text: `${wayText(validation.way)} in body should be one of ${supported.join(' ')}`,
      cause: () => fieldNotSupported(faultField(validation), sortedKeys(value), supported),
    })
  }
  if (kind !== 'null') validation.matches += 1
}

/** Null is never a member, and Go converts a number to the type of the allowed one, which cuts off its fraction. */
function isEnumMember(allowed: Json, value: Json): boolean {
  if (allowed === null || value === null) return false
  if (typeof allowed === 'number' && typeof value === 'number') {
    return Number.isInteger(allowed) ? Math.trunc(value) === allowed : value === allowed
  }
  return equalJson(allowed, value)
}

function validateText(validation: Validation, schema: StructuralSchema, text: string): void {
  validation.matches += 1
  validateLengthAndPattern(validation, schema, text)
  if (schema.checkedFormat === '') return
  validation.matches += 1
  if (!matchesFormat(schema.checkedFormat, text)) {
    const message = `${wayText(validation.way)} in body must be of type ${schema.format}: ${quote(text)}`
    addFault(validation, '', { text: message, cause: () => fieldTypeInvalid(faultField(validation), text, message) })
  }
}

/** The first that fails is the only one that is reported. */
function validateLengthAndPattern(validation: Validation, schema: StructuralSchema, text: string): void {
  const { maxLength, minLength, pattern } = schema
  if (maxLength !== undefined && text.length > maxLength && codePoints(text) > maxLength) {
    addFault(validation, `should be at most ${maxLength} chars long`, { tooLong: maxLength })
  } else if (minLength !== undefined && (text.length < minLength || codePoints(text) < minLength)) {
    addFault(validation, `should be at least ${minLength} chars long`, { value: text })
  } else if (pattern !== '') {
    const compiled = compilePattern(pattern)
    const shown = compiled.ok ? pattern : `${pattern}, but pattern is invalid: ${compiled.error}`
    if (!compiled.ok || !compiled.value(text)) addFault(validation, `should match '${shown}'`, { value: text })
  }
}

/** Lengths count characters, and there are no more of them than UTF-16 units. */
function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

function validateNumber(validation: Validation, schema: StructuralSchema, value: number, kind: JsonKind): void {
  validation.matches += 2
  validateRange(validation, schema, value)
  const { multipleOf, minimum, maximum } = schema
  // Upstream cuts off the fraction of a bound that an integer is compared with.
  const bound = (limit: number) => (kind === 'integer' ? Math.trunc(limit) : limit)
  if (multipleOf !== undefined) validateMultipleOf(validation, value, bound(multipleOf), kind)
  if (minimum !== undefined) {
    const limit = bound(minimum)
    if (schema.exclusiveMinimum ? value <= limit : value < limit) {
      const relation = schema.exclusiveMinimum ? 'greater than' : 'greater than or equal to'
      addFault(validation, `should be ${relation} ${printFloat(limit)}`, { value })
    }
  }
  if (maximum !== undefined) {
    const limit = bound(maximum)
    if (schema.exclusiveMaximum ? value >= limit : value > limit) {
      const relation = schema.exclusiveMaximum ? 'less than' : 'less than or equal to'
      addFault(validation, `should be ${relation} ${printFloat(limit)}`, { value })
    }
  }
}

const INT32_LIMIT = 2 ** 31
const INT64_LIMIT = 2 ** 63

/** Whether a Go number of the type and format can hold it. Upstream's fault names no field (IsValueValidAgainstRange). */
function validateRange(validation: Validation, { types, format }: StructuralSchema, value: number): void {
  // The two types of an int-or-string are none of its schema's.
  const type = types.length === 1 ? types[0] : undefined
  if (type === 'integer') {
    const limit = format === 'int32' ? INT32_LIMIT : INT64_LIMIT
    if (Number.isInteger(value) && value >= -limit && value < limit) return
  } else if (type !== 'number' || format !== 'float' || Number.isFinite(Math.fround(value))) return
  const form = RANGED.has(format) ? `with format ${format}` : '(default format)'
  const text = `Checked value must be of type ${type} ${form} in ${wayText(validation.way)}`
  addFault(validation, '', { text, cause: () => fieldInvalid(fieldName(validation.prefix), '', text) })
}

const RANGED = new Set(['int32', 'int64', 'float'])

function validateMultipleOf(validation: Validation, value: number, factor: number, kind: JsonKind): void {
  if (factor <= 0) {
    const text = `factor MultipleOf declared for ${wayText(validation.way)} must be positive: ${printFloat(factor)}`
    addFault(validation, '', { text, cause: () => fieldInvalid(faultField(validation), factor, text) })
    return
  }
  const quotient = factor < 1 ? (1 / factor) * value : value / factor
  const fits = kind === 'integer' ? value % factor === 0 : isJsonInteger(quotient)
  if (!fits) addFault(validation, `should be a multiple of ${printFloat(factor)}`, { value })
}
