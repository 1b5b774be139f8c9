/** The types of structured-merge-diff as the schema of a definition. */
import { parse } from 'yaml'
import type { Fields, Json } from '../oracle/case.ts'

interface TypeReference extends Atom {
  readonly namedType?: string
  readonly elementRelationship?: string
}
interface Atom {
  readonly scalar?: string
  readonly list?: { elementType: TypeReference; elementRelationship?: string; keys?: string[] }
  readonly map?: {
    fields?: { name: string; type: TypeReference; default?: Json }[]
    elementType?: TypeReference
    elementRelationship?: string
  }
}

/** Deeper than any case goes: what holds itself ends here, since a definition cannot say it. */
const DEEPEST = 8
const ANYTHING: Fields = { 'x-kubernetes-preserve-unknown-fields': true }

export function schemaFrom(text: string, start: string): Fields {
  const { types }: { types: (Atom & { name: string })[] } = parse(text)
  const named = new Map(types.map((type) => [type.name, type]))
  const resolve = (reference: TypeReference, depth: number): Fields => {
    if (depth > DEEPEST) return ANYTHING
    const atom = reference.namedType === undefined ? reference : named.get(reference.namedType)
    if (atom === undefined) throw new Error(`no type ${reference.namedType}`)
    const { scalar, list, map } = atom
    const over =
      reference.elementRelationship === undefined ? {} : { elementRelationship: reference.elementRelationship }
    if (scalar !== undefined) return SCALARS[scalar] ?? ANYTHING
    if (list !== undefined) return listFrom({ ...list, ...over }, resolve(list.elementType, depth + 1))
    return map === undefined ? ANYTHING : mapFrom({ ...map, ...over }, depth)
  }
  const mapFrom = (map: NonNullable<Atom['map']>, depth: number): Fields => {
    const { fields = [], elementType, elementRelationship } = map
    const atomic = elementRelationship === 'atomic' ? { 'x-kubernetes-map-type': 'atomic' } : {}
    if (elementType !== undefined && fields.length === 0) {
      return { type: 'object', additionalProperties: orNull(resolve(elementType, depth + 1)), ...atomic }
    }
    const properties = fields.map(({ name, type, default: value }) => [
      name,
      { ...orNull(resolve(type, depth + 1)), ...(value !== undefined && { default: value }) },
    ])
    // Fields beside those with names: a definition has no type for them.
    const open = elementType === undefined ? {} : ANYTHING
    return { type: 'object', properties: Object.fromEntries(properties), ...open, ...atomic }
  }
  return orNull(resolve({ namedType: start }, 0))
}

/** What loses all that it holds is null. */
function orNull(schema: Fields): Fields {
  return schema.type === 'object' || schema.type === 'array' ? { ...schema, nullable: true } : schema
}

/** A definition fills in what the library leaves out. */
export function defaulted(value: Json, schema: Fields): Json {
  if (Array.isArray(value)) return value.map((item) => defaulted(item, (schema.items ?? {}) as Fields))
  if (typeof value !== 'object' || value === null) return value
  const { properties = {}, additionalProperties = {} } = schema as {
    properties?: Fields
    additionalProperties?: Fields
  }
  const given = Object.entries(value).map(([name, field]) => {
    return [name, defaulted(field, (properties[name] ?? additionalProperties) as Fields)]
  })
  const missing = Object.entries(properties as { [name: string]: Fields }).flatMap(([name, property]) => {
    return property.default === undefined || name in value ? [] : [[name, property.default]]
  })
  return Object.fromEntries([...given, ...missing])
}

const SCALARS: Readonly<Record<string, Fields>> = {
  string: { type: 'string' },
  numeric: { type: 'number' },
  boolean: { type: 'boolean' },
}

function listFrom({ elementRelationship, keys = [] }: NonNullable<Atom['list']>, items: Fields): Fields {
  if (elementRelationship !== 'associative') return { type: 'array', items }
  if (keys.length === 0) return { type: 'array', items, 'x-kubernetes-list-type': 'set' }
  const { properties = {} } = items as { properties?: { [name: string]: Fields } }
  const required = keys.filter((key) => properties[key]?.default === undefined)
  return {
    type: 'array',
    items: { ...items, ...(required.length > 0 && { required }) },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
  }
}
