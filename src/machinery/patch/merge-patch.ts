/**
 * JSON merge patch (RFC 7396) as kube-apiserver applies it. Its library (evanphx/json-patch v4) differs from the RFC in one
 * point, which is kept: where nothing was there to merge into, nulls also vanish from the objects inside of arrays.
 */
import type { Json, JsonObject } from '../object.ts'
import { cloneJson, getKey, isObject, setKey } from './json-value.ts'
import { type PatchResult, patchFailed } from './patch-result.ts'

export function applyMergePatch(document: JsonObject, patch: Json): PatchResult {
  if (isObject(patch)) return { ok: true, value: mergeObject(document, patch) }
  // An array replaces the whole document: whoever decodes the result refuses it.
  return Array.isArray(patch) ? { ok: true, value: withoutNulls(patch) } : patchFailed(400, 'Invalid JSON Patch')
}

function mergeObject(document: JsonObject, patch: JsonObject): JsonObject {
  const merged: JsonObject = {}
  for (const [key, value] of Object.entries(document)) {
    if (!Object.hasOwn(patch, key)) setKey(merged, key, cloneJson(value))
    else if (patch[key] !== null) setKey(merged, key, mergeValue(value, patch[key] ?? null))
  }
  for (const [key, value] of Object.entries(patch)) {
    if (value !== null && getKey(document, key) === undefined) setKey(merged, key, withoutNulls(value))
  }
  return merged
}

function mergeValue(value: Json, patch: Json): Json {
  if (!isObject(value)) return withoutNulls(patch)
  return isObject(patch) ? mergeObject(value, patch) : cloneJson(patch)
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  const kept: JsonObject = {}
  for (const [key, item] of Object.entries(value)) if (item !== null) setKey(kept, key, withoutNulls(item))
  return kept
}
