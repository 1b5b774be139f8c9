/** What `kubectl apply` sends: a JSON merge patch from what was applied last, what is wanted, and what is there
 *  (apimachinery/pkg/util/jsonmergepatch). Lists are replaced whole. */
import { isDeepStrictEqual } from 'node:util'
import type { Json, JsonObject } from '../machinery/index.ts'

/** `original` is the last applied object; fields that were in it and are no longer wanted are deleted. Undefined when
 *  there is nothing to do. */
export function threeWayMergePatch(original: JsonObject, wanted: JsonObject, live: JsonObject): JsonObject | undefined {
  const patch = changes(wanted, live)
  addDeletions(patch, original, wanted, live)
  return Object.keys(patch).length === 0 ? undefined : patch
}

function isMap(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Additions and changes; nothing is deleted that only the live object has. */
function changes(wanted: JsonObject, live: JsonObject): JsonObject {
  const patch: JsonObject = {}
  for (const [key, value] of Object.entries(wanted)) {
    const there = Object.hasOwn(live, key) ? live[key] : undefined
    if (isMap(value) && isMap(there)) {
      const nested = changes(value, there)
      if (Object.keys(nested).length > 0) patch[key] = nested
    } else if (value === null) {
      // In a merge patch null deletes: a wanted null is a wish for absence.
      if (there !== undefined && there !== null) patch[key] = null
    } else if (!isDeepStrictEqual(value, there)) patch[key] = value
  }
  return patch
}

function addDeletions(patch: JsonObject, original: JsonObject, wanted: JsonObject, live: JsonObject): void {
  for (const [key, before] of Object.entries(original)) {
    const there = Object.hasOwn(live, key) ? live[key] : undefined
    if (there === undefined) continue
    const value = Object.hasOwn(wanted, key) ? wanted[key] : undefined
    if (value === undefined) patch[key] = null
    else if (isMap(before) && isMap(value) && isMap(there)) {
      const known = patch[key]
      const nested: JsonObject = isMap(known) ? known : {}
      addDeletions(nested, before, value, there)
      if (Object.keys(nested).length > 0) patch[key] = nested
    }
  }
}
