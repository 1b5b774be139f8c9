/** One text per JSON value, whatever order its keys came in: what encoding/json prints for a map. */
import { createHash } from 'node:crypto'
import { compareText } from '../names/go-text.ts'
import type { Json } from '../object.ts'

/** The value with the keys of every object sorted; scalars and sorted values are returned as they are. */
export function sortedKeys(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sortedKeys)
  const keys = Object.keys(value).sort(compareText)
  return Object.fromEntries(keys.map((key) => [key, sortedKeys(value[key] as Json)]))
}

/** Object keys that look like indexes always come first in a JavaScript object, so the text is built here. */
export function canonicalJson(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const keys = Object.keys(value).sort(compareText)
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`).join(',')}}`
}

/**
 * Identifies a schema by its content: 32 hexadecimal digits, the same for every order of keys.
 *
 * @example hashSchema({ type: 'object' })
 */
export function hashSchema(schema: unknown): string {
  return createHash('sha256')
    .update(canonicalJson((schema ?? null) as Json))
    .digest('hex')
    .slice(0, 32)
}

/** reflect.DeepEqual for JSON. */
export function equalJson(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false
    return left.every((item, index) => equalJson(item, right[index]))
  }
  if (Array.isArray(right)) return false
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  return keys.every((key) => Object.hasOwn(right, key) && equalJson(left[key], right[key]))
}

/** A copy that shares nothing with the original. */
export function copyJson(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyJson)
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, copyJson(field)]))
}
