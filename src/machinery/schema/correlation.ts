/** Which part of the old object a part of the new one was (apiserver/pkg/cel/common.CorrelatedObject). */
import type { Json, JsonObject } from '../object.ts'
import { equalJson } from './canonical-json.ts'
import { type StructuralSchema, schemaOfField } from './structural-schema.ts'

export interface Correlation {
  readonly old: Json
  /** The structural schema of both: it says how items of a list are matched. */
  readonly schema: StructuralSchema
  /** The items of an old list of type map by their keys; made when the first item is looked for. */
  items?: ReadonlyMap<string, JsonObject>
}

export function correlatedField({ old, schema }: Correlation, key: string): Correlation | undefined {
  if (!isObject(old) || !Object.hasOwn(old, key)) return undefined
  const field = schemaOfField(schema, key)
  return field && { old: old[key] as Json, schema: field }
}

/** Only the items of a list of type map have an identity. */
export function correlatedItem(correlation: Correlation, item: Json): Correlation | undefined {
  const { old, schema } = correlation
  if (schema.listType !== 'map' || schema.items === undefined || !Array.isArray(old)) return undefined
  const key = listKey(schema.listMapKeys, item)
  if (key === undefined) return undefined
  correlation.items ??= itemsByKey(schema.listMapKeys, old)
  const match = correlation.items.get(key)
  return match && { old: match, schema: schema.items }
}

/** The first item with a key is the one that has it. */
function itemsByKey(names: readonly string[], items: readonly Json[]): ReadonlyMap<string, JsonObject> {
  const found = new Map<string, JsonObject>()
  for (const item of items) {
    const key = listKey(names, item)
    if (key !== undefined && !found.has(key)) found.set(key, item as JsonObject)
  }
  return found
}

/** Undefined unless the item has every key, as a scalar. */
function listKey(names: readonly string[], item: Json): string | undefined {
  if (!isObject(item) || names.length === 0) return undefined
  const values = names.map((name) => (Object.hasOwn(item, name) ? item[name] : null))
  return values.some((value) => typeof value === 'object') ? undefined : JSON.stringify(values)
}

/**
 * Whether nothing has changed, as far as old and new can be matched: an object with a field that the schema does not specify
 * counts as changed.
 */
export function isUnchanged(value: Json, correlation: Correlation): boolean {
  const { old, schema } = correlation
  if (Array.isArray(value) && Array.isArray(old)) {
    if (value.length !== old.length) return false
    if (schema.listType !== 'map') return equalJson(value, old)
    return value.every((item) => isPartUnchanged(item, correlatedItem(correlation, item)))
  }
  if (isObject(value) && isObject(old)) {
    const keys = Object.keys(value)
    if (keys.length !== Object.keys(old).length) return false
    return keys.every((key) => isPartUnchanged(value[key] as Json, correlatedField(correlation, key)))
  }
  return value === old
}

function isPartUnchanged(value: Json, correlation: Correlation | undefined): boolean {
  return correlation !== undefined && isUnchanged(value, correlation)
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
