/** `pattern`: regular expressions in RE2's syntax, as Go reads and runs them: in a time that grows with the text alone. */
import { compileRegex } from '../cel/regular-expression.ts'

export type Matcher = (text: string) => boolean

export type PatternResult =
  | { readonly ok: true; readonly value: Matcher }
  /** `error` as Go's regexp.Compile words it. */
  | { readonly ok: false; readonly error: string }

/**
 * @example
 * const result = compilePattern('^[a-z]+$')
 * if (result.ok) result.value('abc') // true
 */
export function compilePattern(pattern: string): PatternResult {
  const compiled = compileRegex(pattern)
  if (!compiled.ok) return compiled
  const { value } = compiled
  return { ok: true, value: (text) => value.test(text) }
}
