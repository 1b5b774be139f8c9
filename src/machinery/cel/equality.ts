/** Equality and order of values (cel-go common/types: Equal, Compare). */
import { sameType } from './type.ts'
import {
  type CelError,
  celError,
  type Int,
  isInt,
  isKind,
  itemsOf,
  type ListValue,
  type MapValue,
  NO_OVERLOAD,
  type Result,
  type Value,
} from './value.ts'

/** An int, uint or double as what compares with the others; undefined for what is no number. */
export function amountOf(value: Value): Int | undefined {
  if (isInt(value)) return value
  return isKind(value, 'uint') || isKind(value, 'double') ? value.value : undefined
}

/** Never an error but where a library's values cannot be compared. */
export function equals(left: Value, right: Value): Result {
  const amount = amountOf(left)
  if (amount !== undefined) {
    const other = amountOf(right)
    return other !== undefined && compareNumbers(left, amount, right, other) === 0
  }
  if (left === null || typeof left !== 'object') return left === right
  if (right === null || typeof right !== 'object' || left.kind !== right.kind) return false
  if (left.kind === 'list') return equalLists(left, right as ListValue)
  if (left.kind === 'map') return equalMaps(left, right as MapValue)
  if (left.kind === 'bytes' && right.kind === 'bytes') return compareBytes(left.value, right.value) === 0
  if (left.kind === 'duration' && right.kind === 'duration') return left.nanos === right.nanos
  if (left.kind === 'timestamp' && right.kind === 'timestamp') {
    return left.seconds === right.seconds && left.nanos === right.nanos
  }
  if (left.kind === 'type' && right.kind === 'type') return left.type.name === right.type.name
  if (left.kind === 'opaque' && right.kind === 'opaque') return sameType(left.type, right.type) && left.equals(right)
  if (left.kind !== 'optional' || right.kind !== 'optional') return false
  if (left.value === undefined || right.value === undefined) return left.value === right.value
  return equals(left.value, right.value)
}

function equalLists(left: ListValue, right: ListValue): Result {
  if (left.size !== right.size) return false
  if (left.identify !== undefined) return equalWithoutOrder(left, right, left.identify)
  for (let index = 0; index < left.size; index++) {
    const same = equals(left.at(index), right.at(index))
    if (same !== true) return same
  }
  return true
}

function equalWithoutOrder(left: ListValue, right: ListValue, identify: (item: Value) => string): Result {
  const items = new Map(itemsOf(left).map((item) => [identify(item), item]))
  for (const item of itemsOf(right)) {
    const other = items.get(identify(item))
    if (other === undefined) return false
    const same = equals(other, item)
    if (same !== true) return same
  }
  return true
}

function equalMaps(left: MapValue, right: MapValue): Result {
  if (left.size !== right.size) return false
  for (const key of left.keys()) {
    const other = right.get(key)
    if (other === undefined) return false
    const same = equals(left.get(key) as Value, other)
    if (same !== true) return same
  }
  return true
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  return Buffer.compare(left, right)
}

/** By code points, as UTF-8 is ordered; UTF-16 orders characters beyond the first plane differently. */
function compareStrings(left: string, right: string): number {
  if (left === right) return 0
  for (let index = 0; index < left.length && index < right.length; index++) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a === b) continue
    const isHighA = a >= 0xd800 && a <= 0xdfff
    const isHighB = b >= 0xd800 && b <= 0xdfff
    if (isHighA !== isHighB) return isHighA ? 1 : -1
    return a < b ? -1 : 1
  }
  return left.length < right.length ? -1 : 1
}

const NOT_ORDERED = celError('NaN values cannot be ordered')

/** What is compared with a double is rounded to one. */
function compareNumbers(left: Value, leftAmount: Int, right: Value, rightAmount: Int): number | CelError {
  const isRounded = isKind(left, 'double') || isKind(right, 'double')
  const [a, b] = isRounded ? [Number(leftAmount), Number(rightAmount)] : [leftAmount, rightAmount]
  if (Number.isNaN(a) || Number.isNaN(b)) return NOT_ORDERED
  return a < b ? -1 : a > b ? 1 : 0
}

/** Negative, zero or positive; an error for values of which none is the greater. */
export function compare(left: Value, right: Value): number | CelError {
  const amount = amountOf(left)
  const other = amountOf(right)
  if (amount !== undefined && other !== undefined) return compareNumbers(left, amount, right, other)
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right)
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  if (isKind(left, 'bytes') && isKind(right, 'bytes')) return compareBytes(left.value, right.value)
  if (isKind(left, 'duration') && isKind(right, 'duration')) {
    return left.nanos < right.nanos ? -1 : left.nanos > right.nanos ? 1 : 0
  }
  if (isKind(left, 'timestamp') && isKind(right, 'timestamp')) {
    return left.seconds - right.seconds || left.nanos - right.nanos
  }
  return NO_OVERLOAD
}

/** Whether the list holds a value that is equal. */
export function contains(list: ListValue, value: Value): Result {
  let failure: Result = false
  for (const item of itemsOf(list)) {
    const same = equals(item, value)
    if (same === true) return true
    if (same !== false) failure = same
  }
  return failure
}
