/** JSON values as structured-merge-diff compares and prints them (structured-merge-diff/value). */
import { compareText, quote } from '../names/go-text.ts'
import type { Json, JsonObject } from '../object.ts'

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isScalar(value: unknown): value is number | string | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

export function equalValues(left: Json, right: Json): boolean {
  if (left === right) return true
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => equalValues(item, right[index] as Json))
    )
  }
  if (!isObject(left) || !isObject(right)) return false
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  for (const key of keys) {
    const other = Object.hasOwn(right, key) ? right[key] : undefined
    if (other === undefined || !equalValues(left[key] as Json, other)) return false
  }
  return true
}

/** Numbers, texts, booleans, lists, objects, null: in this order. */
const KINDS = ['number', 'string', 'boolean', 'list', 'object', 'null']

function kindOf(value: Json): number {
  return KINDS.indexOf(value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value)
}

export function compareValues(left: Json, right: Json): number {
  const kind = kindOf(left)
  if (kind !== kindOf(right)) return kind - kindOf(right)
  if (typeof left === 'string') return compareText(left, right as string)
  if (typeof left === 'number' || typeof left === 'boolean') return Number(left) - Number(right)
  if (Array.isArray(left)) return compareLists(left, right as Json[])
  return left === null ? 0 : compareObjects(left, right as JsonObject)
}

function compareLists(left: readonly Json[], right: readonly Json[]): number {
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareValues(left[i] as Json, right[i] as Json)
    if (order !== 0) return order
  }
  return left.length - right.length
}

function compareObjects(left: JsonObject, right: JsonObject): number {
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort(compareText)
  for (const key of keys) {
    if (left[key] === undefined) return 1
    if (right[key] === undefined) return -1
    const order = compareValues(left[key], right[key])
    if (order !== 0) return order
  }
  return 0
}

/** Inside of a path: `80`, `"TCP"`, `null`. */
export function valueText(value: Json): string {
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`
  if (isObject(value)) {
    return Object.keys(value)
      .sort(compareText)
      .map((key) => `${key}=${valueText(value[key] as Json)}`)
      .join('')
  }
  return String(value)
}

/** Go's %v of a decoded value, as messages about a wrong type show it. */
export function goValue(value: Json): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`
  if (!isObject(value)) return String(value)
  const entries = Object.keys(value)
    .sort(compareText)
    .map((key) => `${key}:${goValue(value[key] as Json)}`)
  return `map[${entries.join(' ')}]`
}

/** Go's %T of a decoded value. */
export function goType(value: Json): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  if (isObject(value)) return 'map[string]interface {}'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return typeof value === 'boolean' ? 'bool' : 'string'
}
