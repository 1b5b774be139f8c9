/** Optional values (cel-go cel/library.go), and the maps that two-variable comprehensions build. */
import { defineFunction, type Library } from './declaration.ts'
import { indexValue, keyText } from './library-operators.ts'
import { DYN, optionalType } from './type.ts'
import {
  addEntry,
  celError,
  isError,
  isKind,
  itemsOf,
  type ListValue,
  listValue,
  type MapStore,
  type MapValue,
  mapOf,
  mapValue,
  NONE,
  type OptionalValue,
  optionalOf,
  type Result,
  type Value,
} from './value.ts'

function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0 || value === '') return true
  if (typeof value !== 'object') return false
  if (value.kind === 'list' || value.kind === 'map') return value.size === 0
  if (value.kind === 'uint' || value.kind === 'double') return value.value === 0
  if (value.kind === 'bytes') return value.value.length === 0
  if (value.kind === 'duration') return value.nanos === 0n
  return value.kind === 'optional' && value.value === undefined
}

/** `[?_]`: nothing where there is nothing, on optionals too. */
export function optionalIndex(value: Value, key: Value): Result {
  if (isKind(value, 'optional')) return value.value === undefined ? NONE : optionalIndex(value.value, key)
  if (isKind(value, 'list')) {
    const item = indexValue(value, key)
    return isError(item) ? (item.message.startsWith('index out of bounds') ? NONE : item) : optionalOf(item)
  }
  if (!isKind(value, 'map')) return indexValue(value, key)
  const found = value.get(key)
  return found === undefined ? NONE : optionalOf(found)
}

function unwrap(list: ListValue): Result {
  return listValue(
    itemsOf(list).flatMap((item) => (isKind(item, 'optional') && item.value !== undefined ? [item.value] : [])),
  )
}

function dereference({ value }: OptionalValue): Result {
  return value === undefined ? celError('optional.none() dereference') : value
}

/** Adds to the store that the map has for itself, else to a copy. */
function insert(map: MapValue, additions: readonly (readonly [Value, Value])[]): Result {
  const isOwn = map.store !== undefined && map.store.size === map.size
  const store = isOwn ? (map.store as MapStore) : new Map(mapOf(entriesOf(map)).store)
  for (const [key, value] of additions) {
    if (!addEntry(store, key, value)) return celError(`insert failed: key ${keyText(key)} already exists`)
  }
  return mapValue(store)
}

function entriesOf(map: MapValue): (readonly [Value, Value])[] {
  return map.keys().map((key) => [key, map.get(key) as Value] as const)
}

export const OPTIONALS: Library = {
  types: [optionalType(DYN)],
  functions: [
    defineFunction('optional.of', [['optional_of', '(V) -> optional(V)', optionalOf]]),
    defineFunction('optional.ofNonZeroValue', [
      ['optional_ofNonZeroValue', '(V) -> optional(V)', (value: Value) => (isZero(value) ? NONE : optionalOf(value))],
    ]),
    defineFunction('optional.none', [['optional_none', '() -> optional(V)', () => NONE]]),
    defineFunction('value', [['optional_value', 'optional(V).() -> V', dereference]]),
    defineFunction('hasValue', [
      ['optional_hasValue', 'optional(V).() -> bool', ({ value }: OptionalValue) => value !== undefined],
    ]),
    // Both are evaluated by the interpreter where they need not evaluate the alternative.
    defineFunction('or', [['optional_or_optional', 'optional(V).(optional(V)) -> optional(V)', orElse]]),
    defineFunction('orValue', [['optional_orValue_value', 'optional(V).(V) -> V', orValue]]),
    defineFunction('_[?_]', [
      ['list_optindex_optional_int', '(list(V), int) -> optional(V)', optionalIndex],
      ['optional_list_optindex_optional_int', '(optional(list(V)), int) -> optional(V)', optionalIndex],
      ['map_optindex_optional_value', '(map(K, V), K) -> optional(V)', optionalIndex],
      ['optional_map_optindex_optional_value', '(optional(map(K, V)), K) -> optional(V)', optionalIndex],
    ]),
    defineFunction('_[_]', [
      ['optional_list_index_int', '(optional(list(V)), int) -> optional(V)', optionalIndex],
      ['optional_map_index_value', '(optional(map(K, V)), K) -> optional(V)', optionalIndex],
    ]),
    defineFunction('first', [
      [
        'list_first',
        'list(V).() -> optional(V)',
        (list: ListValue) => (list.size === 0 ? NONE : optionalOf(list.at(0))),
      ],
    ]),
    defineFunction('last', [
      [
        'list_last',
        'list(V).() -> optional(V)',
        (list: ListValue) => (list.size === 0 ? NONE : optionalOf(list.at(list.size - 1))),
      ],
    ]),
    defineFunction('optional.unwrap', [['optional_unwrap', '(list(optional(V))) -> list(V)', unwrap]]),
    defineFunction('unwrapOpt', [['optional_unwrapOpt', 'list(optional(V)).() -> list(V)', unwrap]]),
    defineFunction('cel.@mapInsert', [
      [
        '@mapInsert_map_key_value',
        '(map(K, V), K, V) -> map(K, V)',
        (map: MapValue, key: Value, value: Value) => insert(map, [[key, value]]),
      ],
      [
        '@mapInsert_map_map',
        '(map(K, V), map(K, V)) -> map(K, V)',
        (map: MapValue, other: MapValue) => insert(map, entriesOf(other)),
      ],
    ]),
  ],
}

function orElse(optional: OptionalValue, alternative: Value): Result {
  return optional.value === undefined ? alternative : optional
}

function orValue(optional: OptionalValue, alternative: Value): Result {
  return optional.value === undefined ? alternative : optional.value
}
