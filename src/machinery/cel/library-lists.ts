/** Lists: Kubernetes' own functions (apiserver/pkg/cel/library/lists.go), cel-go's (ext/lists.go), and sets (ext/sets.go). */
import { defineFunction, type Library } from './declaration.ts'
import { compare, contains, equals } from './equality.ts'
import * as integer from './integer.ts'
import { runtimeType } from './library-conversions.ts'
import { durationOf } from './time.ts'
import {
  celError,
  doubleValue,
  type Int,
  isError,
  isInt,
  isKind,
  itemsOf,
  type ListValue,
  listValue,
  NO_OVERLOAD,
  type Result,
  uintValue,
  type Value,
} from './value.ts'

function isSorted(list: ListValue): Result {
  for (let index = 1; index < list.size; index++) {
    const order = compare(list.at(index - 1), list.at(index))
    if (isError(order)) return order
    if (order > 0) return false
  }
  return true
}

function addition(left: Value, right: Value): Result {
  if (isInt(left) && isInt(right)) return integer.add(left, right, 'int')
  if (isKind(left, 'double') && isKind(right, 'double')) return doubleValue(left.value + right.value)
  if (isKind(left, 'duration') && isKind(right, 'duration')) return durationOf(left.nanos + right.nanos)
  if (!isKind(left, 'uint') || !isKind(right, 'uint')) return NO_OVERLOAD
  const sum = integer.add(left.value, right.value, 'uint')
  return isInt(sum) ? uintValue(sum) : sum
}

function sum(zero: Value) {
  return (list: ListValue): Result => {
    // The values of a list of unknown type are added to a zero of their own.
    const first = list.size > 0 ? list.at(0) : zero
    if (runtimeType(first).kind !== runtimeType(zero).kind && SUMMABLE.every(([, other]) => !sameKind(first, other))) {
      return NO_OVERLOAD
    }
    let total: Value = first
    for (let index = 1; index < list.size; index++) {
      const result = addition(total, list.at(index))
      if (isError(result)) return result
      total = result
    }
    return total
  }
}

function sameKind(left: Value, right: Value): boolean {
  return runtimeType(left).kind === runtimeType(right).kind
}

function extreme(name: string, sign: 1 | -1) {
  return (list: ListValue): Result => {
    if (list.size === 0) return celError(`${name} called on empty list`)
    let best = list.at(0)
    for (let index = 1; index < list.size; index++) {
      const item = list.at(index)
      const order = compare(best, item)
      if (isError(order)) return order
      if (order * sign > 0) best = item
    }
    return best
  }
}

function indexOf(list: ListValue, item: Value): Result {
  for (let index = 0; index < list.size; index++) if (equals(list.at(index), item) === true) return index
  return -1
}

function lastIndexOf(list: ListValue, item: Value): Result {
  for (let index = list.size - 1; index >= 0; index--) if (equals(list.at(index), item) === true) return index
  return -1
}

function slice(list: ListValue, start: Int, end: Int): Result {
  const call = `cannot slice(${start}, ${end})`
  if (start < 0 || end < 0) return celError(`${call}, negative indexes not supported`)
  if (start > end) return celError(`${call}, start index must be less than or equal to end index`)
  if (list.size < end) return celError(`${call}, list is length ${list.size}`)
  const first = Number(start)
  return { kind: 'list', size: Number(end) - first, at: (index) => list.at(first + index) }
}

const MAX_FLATTENED = 1_000_000

function flatten(list: ListValue, depth: Int = 1): Result {
  if (depth < 0) return celError('level must be non-negative')
  const output: Value[] = []
  return addFlat(output, list, Number(depth)) ? listValue(output) : celError('flattened list is too large')
}

function addFlat(output: Value[], list: ListValue, depth: number): boolean {
  for (let index = 0; index < list.size; index++) {
    if (output.length > MAX_FLATTENED) return false
    const item = list.at(index)
    if (depth === 0 || !isKind(item, 'list')) output.push(item)
    else if (!addFlat(output, item, depth - 1)) return false
  }
  return true
}

function sortByKeys(list: ListValue, keys: ListValue): Result {
  if (list.size !== keys.size) {
    const sizes = `but got ${list.size} and ${keys.size} elements respectively`
    return celError(`@sortByAssociatedKeys() expected a list of the same size as the associated keys list, ${sizes}`)
  }
  const items = itemsOf(list).map((item, index) => ({ item, key: keys.at(index) }))
  const [first] = items
  if (first === undefined) return list
  if (isError(compare(first.key, first.key))) return celError('list elements must be comparable')
  if (items.some(({ key }) => !sameKind(key, first.key))) return celError('list elements must have the same type')
  items.sort((left, right) => {
    const order = compare(left.key, right.key)
    return isError(order) ? 0 : order
  })
  return listValue(items.map(({ item }) => item))
}

function distinct(list: ListValue): Result {
  const output: Value[] = []
  for (const item of itemsOf(list)) if (contains(listValue(output), item) !== true) output.push(item)
  return listValue(output)
}

function range(count: Int): Result {
  return { kind: 'list', size: Math.max(0, Number(count)), at: (index) => index }
}

function reverse(list: ListValue): Result {
  return { kind: 'list', size: list.size, at: (index) => list.at(list.size - 1 - index) }
}

function containsAll(list: ListValue, sublist: ListValue): Result {
  for (const item of itemsOf(sublist)) {
    const found = contains(list, item)
    if (found !== true) return found
  }
  return true
}

function equivalent(left: ListValue, right: ListValue): Result {
  const forth = containsAll(left, right)
  return forth === true ? containsAll(right, left) : forth
}

function intersects(left: ListValue, right: ListValue): Result {
  return itemsOf(left).some((item) => contains(right, item) === true)
}

const SUMMABLE: readonly (readonly [string, Value])[] = [
  ['int', 0],
  ['uint', uintValue(0)],
  ['double', doubleValue(0)],
  ['duration', { kind: 'duration', nanos: 0n }],
]
const COMPARABLE = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes']

export const LISTS: Library = {
  functions: [
    defineFunction(
      'isSorted',
      COMPARABLE.map((type) => [`list_${type}_is_sorted_bool`, `list(${type}).() -> bool`, isSorted]),
    ),
    defineFunction(
      'sum',
      SUMMABLE.map(([type, zero]) => [`list_${type}_sum_${type}`, `list(${type}).() -> ${type}`, sum(zero)]),
    ),
    ...(['max', 'min'] as const).map((name) => {
      const call = extreme(name, name === 'max' ? -1 : 1)
      return defineFunction(
        name,
        COMPARABLE.map((type) => [`list_${type}_${name}_${type}`, `list(${type}).() -> ${type}`, call]),
      )
    }),
    defineFunction('indexOf', [['list_a_index_of_int', 'list(A).(A) -> int', indexOf]]),
    defineFunction('lastIndexOf', [['list_a_last_index_of_int', 'list(A).(A) -> int', lastIndexOf]]),
    defineFunction('slice', [['list_slice', 'list(T).(int, int) -> list(T)', slice]]),
    defineFunction('flatten', [
      ['list_flatten', 'list(list(T)).() -> list(T)', flatten],
      ['list_flatten_int', 'list(dyn).(int) -> list(dyn)', flatten],
    ]),
    defineFunction(
      'sort',
      COMPARABLE.map((type) => {
        return [`list_${type}_sort`, `list(${type}).() -> list(${type})`, (list: ListValue) => sortByKeys(list, list)]
      }),
    ),
    defineFunction(
      '@sortByAssociatedKeys',
      COMPARABLE.map((type) => {
        return [`list_${type}_sortByAssociatedKeys`, `list(T).(list(${type})) -> list(T)`, sortByKeys]
      }),
    ),
    defineFunction('lists.range', [['lists_range', '(int) -> list(int)', range]]),
    defineFunction('reverse', [['list_reverse', 'list(T).() -> list(T)', reverse]]),
    defineFunction('distinct', [['list_distinct', 'list(T).() -> list(T)', distinct]]),
    defineFunction('sets.contains', [['list_sets_contains_list', '(list(T), list(T)) -> bool', containsAll]]),
    defineFunction('sets.equivalent', [['list_sets_equivalent_list', '(list(T), list(T)) -> bool', equivalent]]),
    defineFunction('sets.intersects', [['list_sets_intersects_list', '(list(T), list(T)) -> bool', intersects]]),
  ],
}
