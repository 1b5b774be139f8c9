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

/** Texts, and the characters that open, close and separate. The text is known to be valid JSON. */
const TOKENS = /"(?:[^"\\]+|\\.)*"|[{}[\],]/g

/** Most texts, however large, open fewer values than would be too deep: told without reading their tokens. */
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
  if (text.length < 2 * MAX_DEPTH || !opensOften(text)) return false
  let depth = 0
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    if (depth > MAX_DEPTH) return true
  }
  return false
}

interface Frame {
  /** Undefined in an array. */
  readonly seen: Set<string> | undefined
  /** The key, or the index, that the reader stands at. */
  at: string | number
  expectsKey: boolean
}

/**
 * The keys that an object of the text has more than once, for `fieldValidation`: JSON.parse keeps the last silently.
 *
 * @param text - valid JSON.
 * @returns for example `duplicate field "spec.replicas"`.
 */
export function duplicateFields(text: string): string[] {
  const errors = new Set<string>()
  const frames: Frame[] = []
  for (const [token] of text.matchAll(TOKENS)) {
    const top = frames.at(-1)
    if (token === '{') frames.push({ seen: new Set(), at: '', expectsKey: true })
    else if (token === '[') frames.push({ seen: undefined, at: 0, expectsKey: false })
    else if (token === '}' || token === ']') frames.pop()
    else if (top === undefined) continue
    else if (token === ',') {
      top.expectsKey = top.seen !== undefined
      if (typeof top.at === 'number') top.at++
    } else if (top.expectsKey && top.seen !== undefined) {
      const key = String(JSON.parse(token))
      top.at = key
      top.expectsKey = false
      if (top.seen.has(key) && errors.size < MAX_STRICT_ERRORS) errors.add(`duplicate field ${quote(pathOf(frames))}`)
      top.seen.add(key)
    }
  }
  return [...errors]
}

function pathOf(frames: readonly Frame[]): string {
  const path = frames.map(({ at }) => (typeof at === 'number' ? `[${at}]` : `.${at}`)).join('')
  return path.startsWith('.') ? path.slice(1) : path
}

/** runtime.NewStrictDecodingError: what a client of `fieldValidation=Strict` is told. */
export function strictDecodingError(errors: readonly string[]): string {
  return `strict decoding error: ${errors.join(', ')}`
}
