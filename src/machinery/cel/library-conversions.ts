/** Conversions between types (cel-go common/stdlib: Type conversions). */
import { defineFunction, type Library } from './declaration.ts'
import { formatDouble } from './double-text.ts'
import { fromDouble, INT_OVERFLOW, UINT_OVERFLOW } from './integer.ts'
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp, timestampOf } from './time.ts'
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listType,
  mapType,
  NULL,
  opaqueType,
  STRING,
  TIMESTAMP,
  TYPE,
  type Type,
  UINT,
} from './type.ts'
import {
  type BytesValue,
  bytesValue,
  celError,
  type DoubleValue,
  type DurationValue,
  doubleValue,
  fromBigInt,
  type Int,
  isError,
  isInt,
  isInt64,
  isUint64,
  type Result,
  type TimestampValue,
  typeValue,
  type UintValue,
  uintValue,
  type Value,
} from './value.ts'

/** The type of a value at run time, without what it holds. */
export function runtimeType(value: Value): Type {
  if (value === null) return NULL
  if (typeof value === 'boolean') return BOOL
  if (typeof value === 'string') return STRING
  if (isInt(value)) return INT
  switch (value.kind) {
    case 'uint':
      return UINT
    case 'double':
      return DOUBLE
    case 'bytes':
      return BYTES
    case 'list':
      return listType(DYN)
    case 'map':
      return value.type ?? mapType(DYN, DYN)
    case 'timestamp':
      return TIMESTAMP
    case 'duration':
      return DURATION
    case 'type':
      return TYPE
    case 'optional':
      return opaqueType('optional_type', [DYN])
    case 'opaque':
      return value.type
  }
}

function identity(value: Value): Value {
  return value
}

function conversionError(from: string, to: string): Result {
  return celError(`type conversion error from '${from}' to '${to}'`)
}

const BOOLS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false] as const),
])

function boolOf(text: string): Result {
  return BOOLS.get(text) ?? conversionError('string', 'bool')
}

function converted(parse: (text: string) => Result, { name }: Type) {
  return (text: string): Result => {
    const value = parse(text)
    return isError(value) ? conversionError('string', name) : value
  }
}

function parseInt64(text: string): Result {
  if (!/^[+-]?\d+$/.test(text)) return conversionError('string', 'int')
  const value = BigInt(text.replace(/^\+/, ''))
  return isInt64(value) ? fromBigInt(value) : conversionError('string', 'int')
}

function parseUint64(text: string): Result {
  if (!/^\d+$/.test(text)) return conversionError('string', 'uint')
  const value = BigInt(text)
  return isUint64(value) ? uintValue(fromBigInt(value)) : conversionError('string', 'uint')
}

function parseDouble(text: string): Result {
  if (/^[+-]?(?:inf|infinity)$/i.test(text)) return doubleValue(text.startsWith('-') ? -Infinity : Infinity)
  if (/^nan$/i.test(text)) return doubleValue(Number.NaN)
  const isNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)
  const value = Number(text)
  return isNumber && Number.isFinite(value) ? doubleValue(value) : conversionError('string', 'double')
}

function stringOfBytes({ value }: BytesValue): Result {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value)
  } catch {
    return celError('invalid UTF-8 in bytes, cannot convert to string')
  }
}

function toUint(value: Int): Result {
  return value < 0 ? UINT_OVERFLOW : uintValue(value)
}

export const CONVERSIONS: Library = {
  functions: [
    defineFunction('type', [['type', '(A) -> type(A)', (value: Value) => typeValue(runtimeType(value))]]),
    defineFunction('dyn', [['to_dyn', '(A) -> dyn', identity]]),
    defineFunction('bool', [
      ['bool_to_bool', '(bool) -> bool', identity],
      ['string_to_bool', '(string) -> bool', boolOf],
    ]),
    defineFunction('bytes', [
      ['bytes_to_bytes', '(bytes) -> bytes', identity],
      ['string_to_bytes', '(string) -> bytes', (text: string) => bytesValue(new TextEncoder().encode(text))],
    ]),
    defineFunction('double', [
      ['double_to_double', '(double) -> double', identity],
      ['int64_to_double', '(int) -> double', (value: Int) => doubleValue(Number(value))],
      ['string_to_double', '(string) -> double', parseDouble],
      ['uint64_to_double', '(uint) -> double', (value: UintValue) => doubleValue(Number(value.value))],
    ]),
    defineFunction('duration', [
      ['duration_to_duration', '(duration) -> duration', identity],
      ['int64_to_duration', '(int) -> duration', () => conversionError('int', DURATION.name)],
      ['string_to_duration', '(string) -> duration', converted(parseDuration, DURATION)],
    ]),
    defineFunction('int', [
      ['int64_to_int64', '(int) -> int', identity],
      ['double_to_int64', '(double) -> int', (value: DoubleValue) => fromDouble(value.value, 'int')],
      ['duration_to_int64', '(duration) -> int', (value: DurationValue) => fromBigInt(value.nanos)],
      ['string_to_int64', '(string) -> int', parseInt64],
      ['timestamp_to_int64', '(timestamp) -> int', (value: TimestampValue) => value.seconds],
      ['uint64_to_int64', '(uint) -> int', ({ value }: UintValue) => (isInt64(BigInt(value)) ? value : INT_OVERFLOW)],
    ]),
    defineFunction('string', [
      ['string_to_string', '(string) -> string', identity],
      ['bool_to_string', '(bool) -> string', String],
      ['bytes_to_string', '(bytes) -> string', stringOfBytes],
      ['double_to_string', '(double) -> string', (value: DoubleValue) => formatDouble(value.value)],
      ['duration_to_string', '(duration) -> string', formatDuration],
      ['int64_to_string', '(int) -> string', String],
      ['timestamp_to_string', '(timestamp) -> string', formatTimestamp],
      ['uint64_to_string', '(uint) -> string', (value: UintValue) => String(value.value)],
    ]),
    defineFunction('timestamp', [
      ['timestamp_to_timestamp', '(timestamp) -> timestamp', identity],
      ['int64_to_timestamp', '(int) -> timestamp', (value: Int) => timestampOf(Number(value), 0)],
      ['string_to_timestamp', '(string) -> timestamp', converted(parseTimestamp, TIMESTAMP)],
    ]),
    defineFunction('uint', [
      ['uint64_to_uint64', '(uint) -> uint', identity],
      [
        'double_to_uint64',
        '(double) -> uint',
        (value: DoubleValue) => {
          const whole = fromDouble(value.value, 'uint')
          return isInt(whole) ? uintValue(whole) : whole
        },
      ],
      ['int64_to_uint64', '(int) -> uint', toUint],
      ['string_to_uint64', '(string) -> uint', parseUint64],
    ]),
  ],
}
