/** What a strategic merge patch says about itself, in keys that begin with a dollar sign. */
import { goJson } from '../names/go-text.ts'
import type { Json, JsonObject } from '../object.ts'
import { getKey, isObject, setKey } from './json-value.ts'
import type { PatchError } from './patch-result.ts'

export const PATCH_DIRECTIVE = '$patch'
export const RETAIN_KEYS = '$retainKeys'
export const DELETE_FROM_PRIMITIVE_LIST = '$deleteFromPrimitiveList'
export const SET_ELEMENT_ORDER = '$setElementOrder'

/** Leaves the recursion with the answer. Upstream answers 500 to all faults that it has no better code for. */
export class StrategicPatchError extends Error {
  override readonly name = 'StrategicPatchError'
  readonly answer: PatchError

  constructor(fault: PatchError | string) {
    const answer: PatchError = typeof fault === 'string' ? { code: 500, message: fault } : fault
    super(answer.message)
    this.answer = answer
  }
}

export function directiveOf(value: Json): Json | undefined {
  return isObject(value) ? getKey(value, PATCH_DIRECTIVE) : undefined
}

export function unknownDirective(directive: Json, patch: JsonObject): StrategicPatchError {
  const shown = typeof directive === 'string' ? directive : goJson(directive)
  return new StrategicPatchError(`unknown patch type: ${shown} in map: ${goMap(patch)}`)
}

/** Go's %v of decoded JSON: maps by sorted key, lists without commas. */
export function goMap(value: Json): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`
  if (!isObject(value)) return String(value)
  const keys = Object.keys(value).sort()
  return `map[${keys.map((key) => `${key}:${goMap(value[key] ?? null)}`).join(' ')}]`
}

/** The value without all objects that bear `$patch`; undefined when it is one itself. */
export function withoutDirectives(value: Json): Json | undefined {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined)
  if (!isObject(value)) return value
  if (directiveOf(value) !== undefined) return undefined
  const kept: JsonObject = {}
  for (const [key, item] of Object.entries(value)) {
    const clean = withoutDirectives(item)
    if (clean !== undefined) setKey(kept, key, clean)
  }
  return kept
}

/** The value without keys that are null; elements of lists stay. */
export function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  const kept: JsonObject = {}
  for (const [key, item] of Object.entries(value)) if (item !== null) setKey(kept, key, withoutNulls(item))
  return kept
}
