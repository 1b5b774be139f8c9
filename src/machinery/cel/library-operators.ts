/** Operators and what the language knows of sizes and membership (cel-go common/stdlib). */
import { defineFunction, type FunctionDeclaration, type Library } from './declaration.ts'
import { compare, contains, equals } from './equality.ts'
import * as integer from './integer.ts'
import { addDuration, between, durationOf } from './time.ts'
import {
  type BytesValue,
  bytesValue,
  celError,
  concatenate,
  type DoubleValue,
  type DurationValue,
  doubleValue,
  type Int,
  isError,
  isInt,
  isKind,
  type ListValue,
  type MapValue,
  NO_OVERLOAD,
  type Result,
  type TimestampValue,
  type UintValue,
  uintValue,
  type Value,
} from './value.ts'

type IntOperation = (left: Int, right: Int, sign: 'int' | 'uint') => Result

function onInts(operation: IntOperation) {
  return (left: Int, right: Int): Result => operation(left, right, 'int')
}

function onUints(operation: IntOperation) {
  return (left: UintValue, right: UintValue): Result => {
    const result = operation(left.value, right.value, 'uint')
    return isInt(result) ? uintValue(result) : result
  }
}

function onDoubles(operation: (left: number, right: number) => number) {
  return (left: DoubleValue, right: DoubleValue): Result => doubleValue(operation(left.value, right.value))
}

const ARITHMETIC: readonly FunctionDeclaration[] = [
  defineFunction('_+_', [
    [
      'add_bytes',
      '(bytes, bytes) -> bytes',
      (left: BytesValue, right: BytesValue) => bytesValue(Buffer.concat([left.value, right.value])),
    ],
    ['add_double', '(double, double) -> double', onDoubles((left, right) => left + right)],
    [
      'add_duration_duration',
      '(duration, duration) -> duration',
      (left: DurationValue, right: DurationValue) => durationOf(left.nanos + right.nanos),
    ],
    [
      'add_duration_timestamp',
      '(duration, timestamp) -> timestamp',
      (left: DurationValue, right: TimestampValue) => addDuration(right, left.nanos),
    ],
    [
      'add_timestamp_duration',
      '(timestamp, duration) -> timestamp',
      (left: TimestampValue, right: DurationValue) => addDuration(left, right.nanos),
    ],
    ['add_int64', '(int, int) -> int', onInts(integer.add)],
    ['add_list', '(list(A), list(A)) -> list(A)', concatenate],
    ['add_string', '(string, string) -> string', (left: string, right: string) => left + right],
    ['add_uint64', '(uint, uint) -> uint', onUints(integer.add)],
  ]),
  defineFunction('_-_', [
    ['subtract_double', '(double, double) -> double', onDoubles((left, right) => left - right)],
    [
      'subtract_duration_duration',
      '(duration, duration) -> duration',
      (left: DurationValue, right: DurationValue) => durationOf(left.nanos - right.nanos),
    ],
    ['subtract_int64', '(int, int) -> int', onInts(integer.subtract)],
    [
      'subtract_timestamp_duration',
      '(timestamp, duration) -> timestamp',
      (left: TimestampValue, right: DurationValue) => addDuration(left, -right.nanos),
    ],
    ['subtract_timestamp_timestamp', '(timestamp, timestamp) -> duration', between],
    ['subtract_uint64', '(uint, uint) -> uint', onUints(integer.subtract)],
  ]),
  defineFunction('_*_', [
    ['multiply_double', '(double, double) -> double', onDoubles((left, right) => left * right)],
    ['multiply_int64', '(int, int) -> int', onInts(integer.multiply)],
    ['multiply_uint64', '(uint, uint) -> uint', onUints(integer.multiply)],
  ]),
  defineFunction('_/_', [
    ['divide_double', '(double, double) -> double', onDoubles((left, right) => left / right)],
    ['divide_int64', '(int, int) -> int', onInts(integer.divide)],
    ['divide_uint64', '(uint, uint) -> uint', onUints(integer.divide)],
  ]),
  defineFunction('_%_', [
    ['modulo_int64', '(int, int) -> int', onInts(integer.modulo)],
    ['modulo_uint64', '(uint, uint) -> uint', onUints(integer.modulo)],
  ]),
  defineFunction('-_', [
    ['negate_double', '(double) -> double', (value: DoubleValue) => doubleValue(-value.value)],
    ['negate_int64', '(int) -> int', integer.negate],
  ]),
]

const ORDERED = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration']
/** Numbers of one type compare with those of another. */
const ACROSS = [
  ['int', 'double'],
  ['int', 'uint'],
  ['uint', 'double'],
  ['uint', 'int'],
  ['double', 'int'],
  ['double', 'uint'],
]
const LONG_NAMES: Readonly<Record<string, string>> = { int: 'int64', uint: 'uint64' }

function relation(name: string, id: string, accepts: (order: number) => boolean): FunctionDeclaration {
  const call = (left: Value, right: Value): Result => {
    const order = compare(left, right)
    return typeof order === 'number' ? accepts(order) : order
  }
  const long = (type: string) => LONG_NAMES[type] ?? type
  return defineFunction(name, [
    ...ORDERED.map((type) => [`${id}_${long(type)}`, `(${type}, ${type}) -> bool`, call] as const),
    ...ACROSS.map(([left = '', right = '']) => {
      return [`${id}_${long(left)}_${long(right)}`, `(${left}, ${right}) -> bool`, call] as const
    }),
  ])
}

function unequal(left: Value, right: Value): Result {
  const same = equals(left, right)
  return isError(same) ? same : same !== true
}

function at(list: ListValue, index: Value): Result {
  const place = listIndex(index)
  if (isError(place)) return place
  if (place < 0 || place >= list.size) return celError(`index out of bounds: ${place}`)
  return list.at(place)
}

function listIndex(index: Value): number | ReturnType<typeof celError> {
  if (typeof index === 'number') return index
  if (isKind(index, 'uint') && typeof index.value === 'number') return index.value
  if (isKind(index, 'double')) {
    return Number.isSafeInteger(index.value) ? index.value : celError(`unsupported index value ${index.value} in list`)
  }
  if (isInt(index) || isKind(index, 'uint')) return celError('index out of bounds')
  return celError('unsupported index type in list')
}

/** An item or a value by its key: what `_[_]` and the selection of a field have in common. */
export function indexValue(value: Value, key: Value): Result {
  if (isKind(value, 'list')) return at(value, key)
  if (!isKind(value, 'map')) return NO_OVERLOAD
  const found = value.get(key)
  return found === undefined ? celError(`no such key: ${keyText(key)}`) : found
}

export function keyText(key: Value): string {
  if (isKind(key, 'uint') || isKind(key, 'double')) return String(key.value)
  return typeof key === 'object' ? '' : String(key)
}

function sizeOf(value: Value): number {
  if (typeof value === 'string') return [...value].length
  if (isKind(value, 'bytes')) return value.value.length
  return isKind(value, 'list') || isKind(value, 'map') ? value.size : 0
}

const SIZED = ['string', 'bytes', 'list(A)', 'map(A, B)']

/** Never called: the interpreter evaluates these itself, since they do not need all of their arguments. */
function evaluatedApart(): Result {
  return NO_OVERLOAD
}

const LOGIC: readonly FunctionDeclaration[] = [
  defineFunction('_?_:_', [['conditional', '(bool, A, A) -> A', evaluatedApart]]),
  defineFunction('_&&_', [['logical_and', '(bool, bool) -> bool', evaluatedApart]]),
  defineFunction('_||_', [['logical_or', '(bool, bool) -> bool', evaluatedApart]]),
  defineFunction('@not_strictly_false', [['not_strictly_false', '(bool) -> bool', evaluatedApart]]),
  defineFunction('!_', [['logical_not', '(bool) -> bool', (value: boolean) => !value]]),
  defineFunction('_==_', [['equals', '(A, A) -> bool', equals]]),
  defineFunction('_!=_', [['not_equals', '(A, A) -> bool', unequal]]),
  relation('_<_', 'less', (order) => order < 0),
  relation('_<=_', 'less_equals', (order) => order <= 0),
  relation('_>_', 'greater', (order) => order > 0),
  relation('_>=_', 'greater_equals', (order) => order >= 0),
]

export const OPERATORS: Library = {
  functions: [
    ...LOGIC,
    ...ARITHMETIC,
    defineFunction('_[_]', [
      ['index_list', '(list(A), int) -> A', indexValue],
      ['index_map', '(map(A, B), A) -> B', indexValue],
    ]),
    defineFunction('@in', [
      ['in_list', '(A, list(A)) -> bool', (value: Value, list: ListValue) => contains(list, value)],
      ['in_map', '(A, map(A, B)) -> bool', (key: Value, map: MapValue) => map.get(key) !== undefined],
    ]),
    defineFunction('size', [
      ...SIZED.map((type) => [`size_${type.replace(/\(.*/, '')}`, `(${type}) -> int`, sizeOf] as const),
      ...SIZED.map((type) => [`${type.replace(/\(.*/, '')}_size`, `${type}.() -> int`, sizeOf] as const),
    ]),
  ],
}
