/**
 * `pattern`: regular expressions in RE2's syntax, as Go reads them, run by JavaScript's engine. This file is the seam: another
 * engine takes the place of `compile` and nothing else changes.
 */
import { translateRE2 } from './re2-syntax.ts'

export type Matcher = (text: string) => boolean

export type PatternResult =
  | { readonly ok: true; readonly value: Matcher }
  /** `error` as Go's regexp.Compile words it. */
  | { readonly ok: false; readonly error: string }

/** Compiled patterns are shared by all schemas. The oldest goes when another one comes. */
const CACHE_SIZE = 4096
const cache = new Map<string, PatternResult>()

/**
 * A backtracking engine may take time that grows with the square of the text and worse, which upstream's does not: longer
 * texts match no pattern. In UTF-16 units.
 */
const MAX_TEXT_LENGTH = 64 * 1024

function compile(pattern: string): PatternResult {
  const translated = translateRE2(pattern)
  if (!translated.ok) return translated
  try {
    const expression = new RegExp(translated.value, 'u')
    return { ok: true, value: (text) => text.length <= MAX_TEXT_LENGTH && expression.test(text) }
  } catch (error) {
    return { ok: false, error: `error parsing regexp: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/**
 * @example
 * const result = compilePattern('^[a-z]+$')
 * if (result.ok) result.value('abc') // true
 */
export function compilePattern(pattern: string): PatternResult {
  const known = cache.get(pattern)
  if (known !== undefined) return known
  const result = compile(pattern)
  if (cache.size >= CACHE_SIZE) {
    const [oldest] = cache.keys()
    if (oldest !== undefined) cache.delete(oldest)
  }
  cache.set(pattern, result)
  return result
}
