/**
 * Types as server-side apply sees them (structured-merge-diff/schema): which values are merged part by part, and by what
 * the elements of a list are told apart. A type may allow a map, a list and a scalar at once; types may contain themselves.
 */
import type { Json } from '../object.ts'
import { isObject, isScalar } from './value.ts'

export type ScalarType = 'string' | 'numeric' | 'boolean' | 'untyped'

export interface MapType {
  readonly fields: ReadonlyMap<string, FieldType>
  /** Of the keys that are not fields; undefined when there may be none. */
  readonly element: FieldType | undefined
  readonly atomic: boolean
}

export interface ListType {
  readonly element: FieldType
  /** False: the list is one value. True: a set, or with `keys` a map of objects. */
  readonly associative: boolean
  readonly keys: readonly string[]
}

export interface FieldType {
  readonly map?: MapType
  readonly list?: ListType
  readonly scalar?: ScalarType
  /** Of the field that has this type: what a key of an associative list is when it is absent. */
  readonly default?: Json
}

export type Form = 'map' | 'list' | 'scalar'

interface Recursive {
  map: { fields: ReadonlyMap<string, FieldType>; element: FieldType | undefined; atomic: boolean }
  list: ListType
  scalar: ScalarType
}

function untyped(): FieldType {
  const type = {} as Recursive
  type.map = { fields: new Map(), element: type, atomic: true }
  type.list = { element: type, associative: false, keys: [] }
  type.scalar = 'untyped'
  return type
}

/** Anything, as one value. */
export const UNTYPED: FieldType = untyped()

function deduced(): FieldType {
  const type = {} as Recursive
  type.map = { fields: new Map(), element: type, atomic: false }
  type.list = { element: UNTYPED, associative: false, keys: [] }
  type.scalar = 'untyped'
  return type
}

/** Anything: objects are merged by field, lists are one value. What is below preserve-unknown-fields has this type. */
export const DEDUCED: FieldType = deduced()

/** Whether nothing is known about a map's fields: no change of the schema can concern it. */
export function isDeducedMap({ fields, element }: MapType): boolean {
  return fields.size === 0 && element !== UNTYPED && element?.scalar === 'untyped'
}

/** The form that a value has in a type; undefined for null, or a value of none of the type's forms. */
export function formOf(type: FieldType, value: Json | undefined): Form | undefined {
  if (isScalar(value)) return type.scalar === undefined ? undefined : 'scalar'
  if (Array.isArray(value)) return type.list === undefined ? undefined : 'list'
  return isObject(value) && type.map !== undefined ? 'map' : undefined
}

/** The form in which a type takes a value that decides nothing: null, or a wrong one. */
export function mainForm(type: FieldType): Form {
  return type.map !== undefined ? 'map' : type.scalar !== undefined ? 'scalar' : 'list'
}

export function isSingleForm(type: FieldType): boolean {
  return [type.map, type.list, type.scalar].filter((form) => form !== undefined).length === 1
}

export function typeOfField(map: MapType, name: string): FieldType | undefined {
  return map.fields.get(name) ?? map.element
}
