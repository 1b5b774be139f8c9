/**
 * Values at run time. An int is a number, and a bigint where it is not a safe integer; so are the amounts of a uint. What is
 * neither null, boolean, int nor string is an object with a `kind`.
 */
import type { Type } from './type.ts'

export type Int = number | bigint

export interface UintValue {
  readonly kind: 'uint'
  readonly value: Int
}
export interface DoubleValue {
  readonly kind: 'double'
  readonly value: number
}
export interface BytesValue {
  readonly kind: 'bytes'
  readonly value: Uint8Array
}
export interface ListValue {
  readonly kind: 'list'
  readonly size: number
  at(index: number): Value
  /** What holds the items, where lists made of this one may share it; it may hold more than `size`. */
  readonly store?: Value[]
  /** Set for lists whose order does not count: what tells their items apart. */
  readonly identify?: (item: Value) => string
}
export interface MapValue {
  readonly kind: 'map'
  readonly size: number
  /** Finds numbers by their amount, whatever their type. */
  get(key: Value): Value | undefined
  keys(): readonly Value[]
  /** Set for objects of a declared type, whose keys are its fields. */
  readonly type?: Type
  /** What holds the entries, where maps made of this one may share it; it may hold more than `size`. */
  readonly store?: MapStore
}
export interface TimestampValue {
  readonly kind: 'timestamp'
  /** Since 1970, and nanoseconds on top. */
  readonly seconds: number
  readonly nanos: number
}
export interface DurationValue {
  readonly kind: 'duration'
  readonly nanos: bigint
}
export interface TypeValue {
  readonly kind: 'type'
  readonly type: Type
}
export interface OptionalValue {
  readonly kind: 'optional'
  readonly value: Value | undefined
}
/** A value of a library: quantity, URL, address. */
export interface OpaqueValue {
  readonly kind: 'opaque'
  readonly type: Type
  readonly value: unknown
  equals(other: OpaqueValue): Result
  /** Of those that have a size. */
  readonly size?: number
}

export type Composite =
  | UintValue
  | DoubleValue
  | BytesValue
  | ListValue
  | MapValue
  | TimestampValue
  | DurationValue
  | TypeValue
  | OptionalValue
  | OpaqueValue

export type Value = null | boolean | Int | string | Composite

/** An evaluation failed. A value of its own, since `&&`, `||` and the quantifiers may pass over it. */
export interface CelError {
  readonly kind: 'error'
  readonly message: string
}

export type Result = Value | CelError

export function celError(message: string): CelError {
  return { kind: 'error', message }
}

export const NO_OVERLOAD: CelError = celError('no such overload')

export function isError(value: Result): value is CelError {
  return typeof value === 'object' && value !== null && value.kind === 'error'
}

export function isKind<K extends Composite['kind']>(value: Result, kind: K): value is Extract<Composite, { kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind
}

export function isInt(value: Result): value is Int {
  return typeof value === 'number' || typeof value === 'bigint'
}

const MIN_INT64 = -(2n ** 63n)
const MAX_INT64 = 2n ** 63n - 1n
const MAX_UINT64 = 2n ** 64n - 1n

export function isInt64(value: bigint): boolean {
  return value >= MIN_INT64 && value <= MAX_INT64
}

export function isUint64(value: bigint): boolean {
  return value >= 0n && value <= MAX_UINT64
}

/** The one form of each amount: a number where it is a safe integer. */
export function fromBigInt(value: bigint): Int {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

export function uintValue(value: Int): UintValue {
  return { kind: 'uint', value }
}

export function doubleValue(value: number): DoubleValue {
  return { kind: 'double', value }
}

export function bytesValue(value: Uint8Array): BytesValue {
  return { kind: 'bytes', value }
}

/** A list of the first items of an array, by default of all. */
export function listValue(store: Value[], size: number = store.length): ListValue {
  return { kind: 'list', size, at: (index) => store[index] as Value, store }
}

const MAX_COPIED = 256
const MAX_SIZE = 2 ** 31
const TOO_LARGE: CelError = { kind: 'error', message: 'list is too large' }

/**
 * Both lists as one. Comprehensions append item by item, so the items of the left list are shared where it ends where its
 * store ends; long lists are not copied, since no cost is counted for that.
 */
export function concatenate(left: ListValue, right: ListValue): Result {
  if (left.identify !== undefined) return merge(left, right, left.identify)
  if (left.size === 0) return right.store?.length === right.size ? listValue(itemsOf(right)) : right
  if (right.size === 0) return left
  const size = left.size + right.size
  if (size > MAX_SIZE) return TOO_LARGE
  if (right.size <= MAX_COPIED && left.store?.length === left.size) {
    left.store.push(...itemsOf(right))
    return listValue(left.store)
  }
  if (size <= MAX_COPIED) return listValue([...itemsOf(left), ...itemsOf(right)])
  return { kind: 'list', size, at: (index) => (index < left.size ? left.at(index) : right.at(index - left.size)) }
}

/** Items of the right list take the place of those that are told apart by nothing, or come after all (x-kubernetes-list-type). */
function merge(left: ListValue, right: ListValue, identify: (item: Value) => string): ListValue {
  const merged = new Map<string, Value>()
  for (const item of [...itemsOf(left), ...itemsOf(right)]) merged.set(identify(item), item)
  return { ...listValue([...merged.values()]), identify }
}

export function typeValue(type: Type): TypeValue {
  return { kind: 'type', type }
}

export const NONE: OptionalValue = { kind: 'optional', value: undefined }

export function optionalOf(value: Value): OptionalValue {
  return { kind: 'optional', value }
}

export function itemsOf(list: ListValue): Value[] {
  return Array.from({ length: list.size }, (_, index) => list.at(index))
}

/** What a key is looked up by; undefined for what is no key. */
export function keyOf(value: Value): string | Int | boolean | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || isInt(value)) return value
  if (isKind(value, 'uint')) return value.value
  if (!isKind(value, 'double') || !Number.isInteger(value.value)) return undefined
  return fromBigInt(BigInt(value.value))
}

/** Key and value by what the key is looked up by, with the place at which they came. */
export type MapStore = Map<
  string | Int | boolean,
  { readonly key: Value; readonly value: Value; readonly place: number }
>

/** A map of the first entries of a store, by default of all. */
export function mapValue(store: MapStore, size: number = store.size): MapValue {
  return {
    kind: 'map',
    size,
    store,
    get: (key) => {
      const known = keyOf(key)
      const entry = known === undefined ? undefined : store.get(known)
      return entry === undefined || entry.place >= size ? undefined : entry.value
    },
    keys: () => Array.from(store.values().take(size), ({ key }) => key),
  }
}

/** Adds an entry to a store; false for what is no key or is there already. */
export function addEntry(store: MapStore, key: Value, value: Value): boolean {
  const known = keyOf(key)
  if (known === undefined || isKind(key, 'double') || store.has(known)) return false
  store.set(known, { key, value, place: store.size })
  return true
}

/** Of entries with the same key, the last one counts. */
export function mapOf(entries: readonly (readonly [Value, Value])[]): MapValue {
  const store: MapStore = new Map()
  const last = new Map(entries.map(([key, value]) => [keyOf(key), [key, value]] as const))
  for (const [key, value] of last.values()) addEntry(store, key, value)
  return mapValue(store)
}
