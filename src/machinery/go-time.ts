/** Texts of times as Go's time.Parse reads them. */

export const RFC_3339 = '2006-01-02T15:04:05Z07:00'
export const RFC_3339_MICRO = '2006-01-02T15:04:05.000000Z07:00'

/** RFC 3339, of which time.Parse names the part that it could not read. */
const PARTS: readonly [RegExp, string][] = [
  [/^\d{4}/, '2006'],
  [/^-/, '-'],
  [/^\d{2}/, '01'],
  [/^-/, '-'],
  [/^\d{2}/, '02'],
  [/^T/, 'T'],
  [/^\d{2}/, '15'],
  [/^:/, ':'],
  [/^\d{2}/, '04'],
  [/^:/, ':'],
  [/^\d{2}(?:[.,]\d+)?/, '05'],
  [/^(?:Z|[+-]\d{2}:\d{2})/, 'Z07:00'],
]

/** What Go says of a text that is no time in the layout; undefined for one that is. */
export function goTimeError(value: string, layout: string): string | undefined {
  const failed = (rest: string): string => `parsing time ${JSON.stringify(value)} as ${JSON.stringify(layout)}: ${rest}`
  let rest = value
  for (const [pattern, name] of PARTS) {
    const matched = pattern.exec(rest)?.[0]
    if (matched === undefined) return failed(`cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(name)}`)
    if (name === '05' && layout.includes('.000000') && !/[.,]\d{6}$/.test(matched)) {
      return failed(`cannot parse ${JSON.stringify(rest.slice(2))} as ".000000"`)
    }
    rest = rest.slice(matched.length)
  }
  return rest === '' ? undefined : failed(`extra text: ${JSON.stringify(rest)}`)
}
