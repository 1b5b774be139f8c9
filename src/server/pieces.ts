/**
 * JSON values in pieces of bounded size. A large value goes from thread to thread as pieces: each is written and read natively,
 * and between any two others have the event loop.
 */
import type { Json, JsonObject } from '../machinery/index.ts'
import { heldIn, hold, holdsPieces, setField } from './held-pieces.ts'
import { atOnce } from './loop-turns.ts'

export type Pieces =
  /** JSON. */
  | { readonly json: string }
  /** A text as it is. */
  | { readonly text: string }
  /** Items: JSON of a list of some that follow one another, or a large one by itself. */
  | { readonly items: readonly (string | Pieces)[] }
  /** Fields: JSON of an object with some of them, or a large one by itself. */
  | { readonly fields: readonly (string | readonly [key: string, value: Pieces])[] }

/** Values in a piece: about half a millisecond. */
const PIECE = 2500
/** Characters that weigh as much as a value. */
const TEXT = 64

/**
 * Objects of which merely to begin to go through their keys takes milliseconds: V8 gathers all of them first. It is done once;
 * that they have more keys than any budget is remembered.
 */
const wide = new WeakSet<object>()
const WIDE = 2000
/** A budget that is used up after so many says nothing of how many more there are: it counts as wide. */
const MANY = 200

/** How much is left of a budget of values; negative when the value has more, which is all that is looked at then. */
export function spend(value: unknown, budget: number, text = TEXT): number {
  if (typeof value === 'string') return budget - 1 - Math.floor(value.length / text)
  if (typeof value !== 'object' || value === null) return budget - 1
  let left = budget - 1
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && left >= 0; index++) left = spend(value[index], left, text)
    return left
  }
  if (wide.has(value) || holdsPieces(value)) return -1
  let keys = 0
  for (const key in value) {
    keys++
    left = spend((value as JsonObject)[key], left, text)
    if (left < 0) break
  }
  if (keys > WIDE || (left < 0 && keys > MANY)) wide.add(value)
  return left
}

/** What JSON.stringify would print, in pieces. */
export function* cut(value: unknown): Generator<undefined, Pieces> {
  if (typeof value === 'string') return { text: value }
  if (spend(value, PIECE) >= 0) return { json: JSON.stringify(value) }
  if (Array.isArray(value)) {
    const items: (string | Pieces)[] = []
    for (let start = 0; start < value.length; ) {
      const end = endOf(start, value.length, (index) => value[index])
      items.push(end === start ? yield* cut(value[start]) : JSON.stringify(value.slice(start, end)))
      start = Math.max(end, start + 1)
      yield
    }
    return { items }
  }
  const object = value as JsonObject
  const keys = Object.keys(object)
  // That alone may have taken a turn's time.
  if (keys.length > WIDE) yield
  const fields: (string | [string, Pieces])[] = []
  for (let start = 0; start < keys.length; ) {
    const end = endOf(
      start,
      keys.length,
      (index) => heldIn(object, keys[index] as string) ?? object[keys[index] as string],
    )
    const key = keys[start] as string
    const held = heldIn(object, key)
    const some = (): JsonObject =>
      Object.fromEntries(keys.slice(start, end).map((name) => [name, object[name] as Json]))
    fields.push(end === start ? [key, held ?? (yield* cut(object[key]))] : JSON.stringify(some()))
    start = Math.max(end, start + 1)
    yield
  }
  return { fields }
}

/** Where the piece ends that begins at `start`; there, when what is there is larger than a piece. */
function endOf(start: number, length: number, at: (index: number) => unknown): number {
  let left = PIECE
  for (let end = start; end < length; end++) {
    left = spend(at(end), left)
    if (left < 0) return end
  }
  return length
}

/** Fields of metadata that the event loop looks at itself. */
const LOOKED_AT = new Set(['annotations', 'finalizers', 'ownerReferences'])

/** What has so many pieces is not joined where it may be held. */
const HELD_FROM = 2

function isHeavy(pieces: Pieces): boolean {
  const parts = 'items' in pieces ? pieces.items : 'fields' in pieces ? pieces.fields : []
  let plain = 0
  for (const part of parts) if (typeof part === 'string' && ++plain === HELD_FROM) return true
  return false
}

function joinWhole(pieces: Pieces): Json {
  return atOnce(join(pieces))
}

/** @param holding leaves parts of it as they are until somebody looks at them */
export function* join(pieces: Pieces, holding = false): Generator<undefined, Json> {
  if ('json' in pieces) return JSON.parse(pieces.json) as Json
  if ('text' in pieces) return pieces.text
  if ('items' in pieces) {
    const all: Json[] = []
    for (const piece of pieces.items) {
      if (typeof piece === 'string') for (const item of JSON.parse(piece) as Json[]) all.push(item)
      else all.push(yield* join(piece, holding))
      yield
    }
    return all
  }
  const object: JsonObject = {}
  for (const piece of pieces.fields) {
    if (typeof piece === 'string') {
      const some = JSON.parse(piece) as JsonObject
      for (const key in some) setField(object, key, some[key] as Json)
    } else if (holding && isHeavy(piece[1]) && !LOOKED_AT.has(piece[0])) hold(object, piece[0], piece[1], joinWhole)
    else setField(object, piece[0], yield* join(piece[1], holding))
    yield
  }
  return object
}

/** Whether two values are the same, piece for piece; if not, they may be equal all the same: their keys in another order. */
export function isSame(one: Pieces, other: Pieces): boolean {
  if (one === other) return true
  if ('json' in one) return 'json' in other && one.json === other.json
  if ('text' in one) return 'text' in other && one.text === other.text
  if ('items' in one) {
    return (
      'items' in other &&
      one.items.length === other.items.length &&
      one.items.every((part, at) => alike(part, other.items[at]))
    )
  }
  return (
    'fields' in other &&
    one.fields.length === other.fields.length &&
    one.fields.every((part, index) => {
      const counterpart = other.fields[index]
      if (typeof part === 'string' || typeof counterpart !== 'object') return part === counterpart
      return part[0] === counterpart[0] && isSame(part[1], counterpart[1])
    })
  )
}

function alike(one: string | Pieces, other: string | Pieces | undefined): boolean {
  if (typeof one === 'string' || typeof other !== 'object') return one === other
  return isSame(one, other)
}

/** JSON of the whole. */
export function textOf(pieces: Pieces): string {
  if ('json' in pieces) return pieces.json
  if ('text' in pieces) return JSON.stringify(pieces.text)
  const inner = (piece: string | Pieces): string => (typeof piece === 'string' ? piece.slice(1, -1) : textOf(piece))
  if ('items' in pieces) return `[${pieces.items.map(inner).join(',')}]`
  const fields = pieces.fields.map((piece) =>
    typeof piece === 'string' ? inner(piece) : `${JSON.stringify(piece[0])}:${textOf(piece[1])}`,
  )
  // What is undefined leaves nothing of its piece.
  return `{${fields.filter((text) => text !== '').join(',')}}`
}
