/** Regular expressions in RE2's syntax, by an engine whose time grows with the text alone. */
import { RE2JS } from 're2js'
import type { Result } from '../result.ts'

const CACHE_SIZE = 4096
const cache = new Map<string, Result<RE2JS>>()

/** Compiled expressions are shared; the oldest goes when another one comes. `error` as Go words it. */
export function compileRegex(pattern: string): Result<RE2JS> {
  const known = cache.get(pattern)
  if (known !== undefined) return known
  const result = compile(pattern)
  const [oldest] = cache.keys()
  if (cache.size >= CACHE_SIZE && oldest !== undefined) cache.delete(oldest)
  cache.set(pattern, result)
  return result
}

function compile(pattern: string): Result<RE2JS> {
  try {
    return { ok: true, value: RE2JS.compile(pattern) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    // Go names the part that is wrong even where there is none.
    return { ok: false, error: message.endsWith('`') ? message : `${message}: \`\`` }
  }
}
