/** What all patches need to know about JSON values. A key may be `__proto__`, which JSON.parse makes a plain property. */
import type { Json, JsonObject } from '../object.ts'

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function getKey(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

export function setKey(object: JsonObject, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  } else {
    object[key] = value
  }
}

export function cloneJson<T extends Json>(value: T): T
export function cloneJson(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => cloneJson(item))
  if (!isObject(value)) return value
  const copy: JsonObject = {}
  for (const [key, item] of Object.entries(value)) setKey(copy, key, cloneJson(item))
  return copy
}

export function equalJson(left: Json, right: Json): boolean {
  if (left === right) return true
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false
    return left.every((item, index) => equalJson(item, right[index] ?? null))
  }
  if (!isObject(left) || !isObject(right)) return false
  const entries = Object.entries(left)
  if (entries.length !== Object.keys(right).length) return false
  return entries.every(([key, item]) => Object.hasOwn(right, key) && equalJson(item, getKey(right, key) ?? null))
}
