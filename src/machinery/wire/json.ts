/**
 * JSON bodies. Numbers are JavaScript's: integers beyond 2^53 lose their last digits, an accepted limit (Kubernetes' own
 * fields stay below; a custom resource that needs more keeps them as text).
 */
import { quote } from '../names/go-text.ts'
import type { Json } from '../object.ts'
import type { Result } from '../result.ts'

/** Deeper values would overflow the stack of whoever walks them; upstream stops at 10000. */
export const MAX_DEPTH = 500
export const TOO_DEEP = 'exceeded max depth'

/** Upstream stops counting too (sigs.k8s.io/json). */
const MAX_STRICT_ERRORS = 100

export function decodeJson(text: string): Result<Json> {
  try {
    const value = JSON.parse(text) as Json
    return isTooDeep(text) ? { ok: false, error: TOO_DEEP } : { ok: true, value }
  } catch (error) {
    return { ok: false, error: (error as Error).message }
  }
}

/** Most texts, however large, open fewer values than would be too deep: told without reading what is in them. */
function opensOften(text: string): boolean {
  let left = MAX_DEPTH
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (left-- === 0) return true
    }
  }
  return false
}

function isTooDeep(text: string): boolean {
  return text.length >= 2 * MAX_DEPTH && opensOften(text) && scan(text).depth > MAX_DEPTH
}

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** How deep a text's values are nested and how many keys it writes, in one pass. The text is known to be valid JSON. */
function scan(text: string): { readonly depth: number; readonly keys: number } {
  let depth = 0
  let deepest = 0
  let keys = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfText(text, at)
    else if (code === COLON) keys++
    else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      depth++
      if (depth > deepest) deepest = depth
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth--
  }
  return { depth: deepest, keys }
}

/** Where the quote is that closes the text which the one at `start` opens. */
function endOfText(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  for (;;) {
    let before = end - 1
    while (text.charCodeAt(before) === BACKSLASH) before--
    if ((end - before) % 2 === 1) return end
    end = text.indexOf('"', end + 1)
  }
}

function keysIn(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0
  let keys = 0
  if (Array.isArray(value)) for (const item of value) keys += keysIn(item)
  else {
    const names = Object.keys(value)
    keys += names.length
    for (const name of names) keys += keysIn(value[name] as Json)
  }
  return keys
}

interface Frame {
  /** Undefined in an array. */
  readonly seen: Set<string> | undefined
  /** The key, or the index, that the reader stands at. */
  at: string | number
  expectsKey: boolean
}

/**
 * The keys that an object of the text has more than once, for `fieldValidation`: JSON.parse keeps the last silently. A text
 * that writes as many keys as its value has, as nearly all do, is told by counting.
 *
 * @param text - valid JSON.
 * @param value - what it is parsed.
 * @returns for example `duplicate field "spec.replicas"`.
 */
export function duplicateFields(text: string, value: Json): string[] {
  return scan(text).keys === keysIn(value) ? [] : namedDuplicates(text)
}

function namedDuplicates(text: string): string[] {
  const errors = new Set<string>()
  const frames: Frame[] = []
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const top = frames.at(-1)
    if (code === OPEN_OBJECT) frames.push({ seen: new Set(), at: '', expectsKey: true })
    else if (code === OPEN_LIST) frames.push({ seen: undefined, at: 0, expectsKey: false })
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) frames.pop()
    else if (code === COMMA && top !== undefined) {
      top.expectsKey = top.seen !== undefined
      if (typeof top.at === 'number') top.at++
    } else if (code === QUOTE) {
      const end = endOfText(text, at)
      if (top?.seen !== undefined && top.expectsKey) {
        const key = textBetween(text, at, end)
        top.at = key
        top.expectsKey = false
        if (top.seen.has(key) && errors.size < MAX_STRICT_ERRORS) errors.add(`duplicate field ${quote(pathOf(frames))}`)
        top.seen.add(key)
      }
      at = end
    }
  }
  return [...errors]
}

function textBetween(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end)
  return raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw
}

function pathOf(frames: readonly Frame[]): string {
  const path = frames.map(({ at }) => (typeof at === 'number' ? `[${at}]` : `.${at}`)).join('')
  return path.startsWith('.') ? path.slice(1) : path
}

/** runtime.NewStrictDecodingError: what a client of `fieldValidation=Strict` is told. */
export function strictDecodingError(errors: readonly string[]): string {
  return `strict decoding error: ${errors.join(', ')}`
}
