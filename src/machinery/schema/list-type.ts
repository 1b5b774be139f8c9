/**
 * Lists of type set and map hold nothing twice (apiextensions-apiserver/pkg/apiserver/schema/listtype). Only the first
 * repetition of a value is a cause.
 */
import type { StatusCause } from '../errors.ts'
import { fieldDuplicate, fieldInvalid } from '../names/field-error.ts'
import type { Json, JsonObject } from '../object.ts'
import { canonicalJson, sortedKeys } from './canonical-json.ts'
import { childPath, indexPath, keyPath } from './field-path.ts'
import { type StructuralSchema, schemaOfField } from './structural-schema.ts'

export function validateListSetsAndMaps(
  schema: StructuralSchema | undefined,
  value: Json,
  path: string,
): StatusCause[] {
  if (!schema?.holdsUniqueList || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) {
    const causes = validateList(schema, value, path)
    for (const [index, item] of value.entries()) {
      causes.push(...validateListSetsAndMaps(schema.items, item, indexPath(path, index)))
    }
    return causes
  }
  return Object.entries(value).flatMap(([key, field]) => {
    const at = schema.properties?.has(key) ? childPath(path, key) : keyPath(path, key)
    return validateListSetsAndMaps(schemaOfField(schema, key), field, at)
  })
}

function validateList(schema: StructuralSchema, items: readonly Json[], path: string): StatusCause[] {
  if (schema.listType === 'set') {
    return repeated(items).map((index) => fieldDuplicate(indexPath(path, index), sortedKeys(items[index] as Json)))
  }
  if (schema.listType !== 'map') return []
  const stranger = items.findIndex((item) => item !== null && (typeof item !== 'object' || Array.isArray(item)))
  if (stranger !== -1) {
    const item = sortedKeys(items[stranger] as Json)
    return [fieldInvalid(indexPath(path, stranger), item, 'must be an object for an array of list-type map')]
  }
  const keys = items.map((item) => listMapKey(schema.listMapKeys, item as JsonObject | null))
  return repeated(keys).map((index) => fieldDuplicate(indexPath(path, index), sortedKeys(keys[index] as Json)))
}

/** The key fields that the item has; an item without any of them has the empty key. */
function listMapKey(names: readonly string[], item: JsonObject | null): JsonObject {
  const key: JsonObject = {}
  for (const name of names) {
    if (item !== null && Object.hasOwn(item, name)) key[name] = item[name] as Json
  }
  return key
}

/** The places where a value occurs for the second time. */
function repeated(values: readonly Json[]): number[] {
  const seen = new Map<Json, number>()
  const places: number[] = []
  for (const [index, value] of values.entries()) {
    // Text and the JSON of an object never meet: the latter is marked.
    const identity = typeof value === 'object' && value !== null ? `\u0000${canonicalJson(value)}` : value
    const times = (seen.get(identity) ?? 0) + 1
    seen.set(identity, times)
    if (times === 2) places.push(index)
  }
  return places
}
