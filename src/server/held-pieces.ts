/**
 * Parts of an object that stay pieces until somebody looks at them: V8 takes milliseconds to build an object of ten thousands of
 * keys, and again to go through them, and the event loop has no business with most of them. They are fields like any others;
 * looking at one joins it, at once.
 */
import type { Json } from '../machinery/index.ts'
import type { Pieces } from './pieces.ts'

interface Held {
  readonly get: () => Json
  /** Undefined from when it was looked at: whoever has it may change it. */
  pieces: Pieces | undefined
}

const holders = new WeakMap<object, Map<string, Held>>()

/** Makes a field of it, which `join` reads. */
export function hold(object: object, key: string, pieces: Pieces, join: (pieces: Pieces) => Json): void {
  let value: Json
  const held: Held = {
    pieces,
    get: () => {
      if (held.pieces !== undefined) value = join(held.pieces)
      held.pieces = undefined
      return value
    },
  }
  place(object, key, held)
}

function place(object: object, key: string, held: Held): void {
  const own = holders.get(object) ?? new Map<string, Held>()
  holders.set(object, own.set(key, held))
  const set = (value: Json): void => {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  }
  Object.defineProperty(object, key, { get: held.get, set, enumerable: true, configurable: true })
}

export function holdsPieces(object: object): boolean {
  return holders.has(object)
}

/** The pieces of a field that nobody has looked at. */
export function heldIn(object: object, key: string): Pieces | undefined {
  return heldOf(object, key)?.pieces
}

function heldOf(object: object, key: string): Held | undefined {
  const held = holders.get(object)?.get(key)
  if (held === undefined) return undefined
  // It may have been overwritten or removed since.
  return Object.getOwnPropertyDescriptor(object, key)?.get === held.get ? held : undefined
}

/** `{ ...object }` without the fields that are named, and without looking at what is held. */
export function fieldsBut<T extends object, Key extends keyof T>(object: T, ...keys: readonly Key[]): Omit<T, Key> {
  const copy = {}
  const holds = holders.has(object)
  for (const key in object) {
    if (keys.includes(key as unknown as Key)) continue
    if (holds) copyField(object, copy, key)
    else setField(copy, key, object[key])
  }
  return copy as Omit<T, Key>
}

/** Makes a field what it is in `from`, where it may be absent. */
export function copyField(from: object, to: object, key: string, as = key): void {
  const held = heldOf(from, key)
  const value = held === undefined ? (from as Record<string, unknown>)[key] : undefined
  if (held !== undefined) place(to, as, held)
  else if (value === undefined) delete (to as Record<string, unknown>)[as]
  else setField(to, as, value)
}

/** Assignment to `__proto__` would not make a field. */
export function setField(object: object, key: string, value: unknown): void {
  if (key !== '__proto__') (object as Record<string, unknown>)[key] = value
  else Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
}
