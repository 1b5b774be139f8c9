/** What a client does that applies again what it owns, with changes: the functions Extract of client-go's configurations. */
import { isDeepStrictEqual } from 'node:util'
import type { Fields, Json } from '../oracle/case.ts'

/** The part of a value that is owned, by an entry of managedFields. */
export function extract(value: Json, owned: Fields, schema: Fields): Json | undefined {
  const below = Object.entries(owned).filter(([element]) => element !== '.')
  // Who owns a list or map alone owns nothing that is in it, unless it is one whole.
  if (below.length === 0) return isGranular(schema) ? (Array.isArray(value) ? [] : {}) : value
  if (Array.isArray(value)) {
    const items = value.flatMap((item) => {
      const found = below.find(([element]) => isElement(element, item))
      const part = found && extract(item, found[1] as Fields, (schema.items ?? {}) as Fields)
      return part === undefined ? [] : [part]
    })
    return items.length === 0 ? undefined : items
  }
  if (!isObject(value)) return undefined
  const fields = below.flatMap(([element, next]) => {
    const name = element.slice(2)
    if (!Object.hasOwn(value, name)) return []
    const part = extract(value[name] as Json, next as Fields, schemaOf(schema, name))
    return part === undefined ? [] : [[name, part]]
  })
  return fields.length === 0 ? undefined : Object.fromEntries(fields)
}

function isGranular(schema: Fields): boolean {
  if (schema.type === 'array') return ['set', 'map'].includes(String(schema['x-kubernetes-list-type']))
  return schema.type === 'object' && schema['x-kubernetes-map-type'] !== 'atomic'
}

function schemaOf(schema: Fields, name: string): Fields {
  const { properties, additionalProperties } = schema as { properties?: Fields; additionalProperties?: Fields }
  return (properties?.[name] ?? additionalProperties ?? {}) as Fields
}

function isElement(element: string, item: Json): boolean {
  const wanted: Json = JSON.parse(element.slice(2))
  if (element.startsWith('v:')) return isDeepStrictEqual(wanted, item)
  return isObject(item) && Object.entries(wanted as Fields).every(([key, value]) => isDeepStrictEqual(item[key], value))
}

/** What is set in `other` beside what is only in `one`, by the schema's kinds of lists. */
export function merged(one: Json | undefined, other: Json, schema: Fields): Json {
  if (one === undefined || schema['x-kubernetes-map-type'] === 'atomic') return other
  if (Array.isArray(one) && Array.isArray(other)) return mergedLists(one, other, schema)
  if (!isObject(one) || !isObject(other)) return other
  const changed = Object.entries(other).map(([name, value]) => [name, merged(one[name], value, schemaOf(schema, name))])
  return { ...one, ...Object.fromEntries(changed) }
}

function mergedLists(one: Json[], other: Json[], schema: Fields): Json[] {
  const { 'x-kubernetes-list-type': type, 'x-kubernetes-list-map-keys': keys = [], items = {} } = schema
  if (type === 'set') return [...one, ...other.filter((item) => !one.some((each) => isDeepStrictEqual(each, item)))]
  if (type !== 'map') return other
  const keyOf = (item: Json) => (keys as string[]).map((key) => (item as Fields)[key] ?? null)
  const result = [...one]
  for (const item of other) {
    const at = result.findIndex((each) => isDeepStrictEqual(keyOf(each), keyOf(item)))
    if (at === -1) result.push(item)
    else result[at] = merged(result[at], item, items as Fields)
  }
  return result
}

function isObject(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
