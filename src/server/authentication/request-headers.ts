import type { Headers } from '../../machinery/index.ts'

/** Group names and extra values may hold commas, so that these headers cannot be joined as others are. */
const LISTS = /^impersonate-(group|extra-)/

/**
 * A request's headers from node's `rawHeaders` (names and values in turns). Of a header sent several times the values are
 * joined by a comma (RFC 9110 5.3), cookies by a semicolon, and those of the impersonation lists by a newline, which no value can hold.
 */
export function headersOf(rawHeaders: readonly string[]): Headers {
  const headers: Record<string, string> = Object.create(null)
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    if (name.startsWith(':')) continue
    const value = rawHeaders[index + 1] ?? ''
    const former = headers[name]
    headers[name] = former === undefined ? value : former + separatorOf(name) + value
  }
  return headers
}

/** The values of an impersonation list. */
export function valuesOf(value: string | undefined): string[] {
  return value === undefined ? [] : value.split('\n')
}

function separatorOf(name: string): string {
  if (LISTS.test(name)) return '\n'
  return name === 'cookie' ? '; ' : ', '
}
