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

/** As deep as any case goes; what holds itself is deeper. */
const DEEPEST = 12

/** Undefined where a definition cannot say it. */
export function schemaFrom(text: string, start: string): Fields | undefined {
  const { types }: { types: (Atom & { name: string })[] } = parse(text)
  const named = new Map(types.map((type) => [type.name, type]))
  const resolve = (reference: TypeReference, depth: number): Fields | undefined => {
    if (depth > DEEPEST) return undefined
    if (reference.namedType === undefined) return fromAtom(reference, depth)
    const type = named.get(reference.namedType)
    const { elementRelationship } = reference
    if (type === undefined || elementRelationship === undefined) return type && fromAtom(type, depth)
    return fromAtom(
      {
        ...(type.scalar !== undefined && { scalar: type.scalar }),
        ...(type.list && { list: { ...type.list, elementRelationship } }),
        ...(type.map && { map: { ...type.map, elementRelationship } }),
      },
      depth,
    )
  }
  const fromAtom = ({ scalar, list, map }: Atom, depth: number): Fields | undefined => {
    if (scalar !== undefined) return SCALARS[scalar]
    if (list !== undefined) return listFrom(list, resolve(list.elementType, depth + 1))
    return map && mapFrom(map, depth)
  }
  const mapFrom = (map: NonNullable<Atom['map']>, depth: number): Fields | undefined => {
    const { fields = [], elementType, elementRelationship } = map
    const atomic = elementRelationship === 'atomic' ? { 'x-kubernetes-map-type': 'atomic' } : {}
    if (elementType !== undefined) {
      const element = resolve(elementType, depth + 1)
      return element === undefined || fields.length > 0
        ? undefined
        : { type: 'object', additionalProperties: element, ...atomic }
    }
    const properties: Fields = {}
    for (const { name, type, default: value } of fields) {
      const property = resolve(type, depth + 1)
      if (property === undefined) return undefined
      properties[name] = value === undefined ? property : { ...property, default: value }
    }
    return { type: 'object', properties, ...atomic }
  }
  return resolve({ namedType: start }, 0)
}

const SCALARS: Readonly<Record<string, Fields>> = {
  string: { type: 'string' },
  numeric: { type: 'number' },
  boolean: { type: 'boolean' },
}

function listFrom(
  { elementRelationship, keys = [] }: NonNullable<Atom['list']>,
  items: Fields | undefined,
): Fields | undefined {
  if (items === undefined) return undefined
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
