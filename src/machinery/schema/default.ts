/**
 * Defaulting fills in what a schema gives a default for (apiextensions-apiserver/pkg/apiserver/schema/defaulting). A null
 * where null is not allowed counts as absent: the default takes its place, and where there is none the field is dropped.
 */
import type { Json } from '../object.ts'
import { copyJson } from './canonical-json.ts'
import { type StructuralSchema, schemaOfField } from './structural-schema.ts'

/**
 * Applies the defaults of a schema to `value`, in place. Defaults are copied, never shared.
 *
 * @example
 * applyDefaults(schema, object) // {} becomes { replicas: 1 }
 */
export function applyDefaults(schema: StructuralSchema, value: unknown): void {
  defaultValue(schema, value as Json)
}

function defaultValue(schema: StructuralSchema, value: Json): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    if (schema.items !== undefined) defaultItems(schema.items, value)
    return
  }
  for (const [key, property] of schema.defaulted) {
    if (!Object.hasOwn(value, key) || (value[key] === null && !property.nullable)) {
      setField(value, key, copyJson(property.default as Json))
    }
  }
  if (schema.properties === undefined && schema.additionalProperties === undefined) return
  for (const key in value) {
    const field = value[key] as Json
    if (typeof field !== 'object') continue
    const known = schemaOfField(schema, key)
    if (known === undefined) continue
    if (field !== null || known.nullable) defaultValue(known, field)
    else if (known.default === undefined) delete value[key]
    else {
      const copy = copyJson(known.default)
      setField(value, key, copy)
      defaultValue(known, copy)
    }
  }
}

/** Items cannot be dropped: a null without a default stays, for validation to refuse. */
function defaultItems(schema: StructuralSchema, items: Json[]): void {
  for (let index = 0; index < items.length; index++) {
    if (items[index] === null && !schema.nullable && schema.default !== undefined) {
      items[index] = copyJson(schema.default)
    }
    defaultValue(schema, items[index] as Json)
  }
}

/** Assignment to `__proto__` would not make a field. */
function setField(object: { [key: string]: Json }, key: string, value: Json): void {
  if (key !== '__proto__') object[key] = value
  else Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
}
