/**
 * Keys are printable ASCII without spaces, segments joined by '/'. What a segment may not hold is percent-encoded, the same
 * on every engine; so a key's order by bytes is the order of its JavaScript string, and nothing in a name can lead out
 * of its range.
 */

const PLAIN = /^[!-$&-.0-~]*$/
const ENCODED = /[^!-$&-.0-~]+/g
const KEY = /^[!-~]*$/

export function escapeSegment(text: string): string {
  if (PLAIN.test(text)) return text
  return text.replace(ENCODED, (run) => {
    let escaped = ''
    for (const byte of Buffer.from(run, 'utf8')) escaped += `%${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`
    return escaped
  })
}

export function unescapeSegment(segment: string): string {
  return segment.includes('%') ? decodeURIComponent(segment) : segment
}

/** A key outside the alphabet is a mistake of the caller's: some segment was not escaped. */
export function assertKey(key: string): void {
  if (!KEY.test(key)) throw new TypeError(`not a store key: ${JSON.stringify(key)} has a segment that is not escaped`)
}

/** The first text that sorts after every key with the prefix. */
export function prefixEnd(prefix: string): string {
  return `${prefix}\x7f`
}

/** The least text that a key in the prefix and after the given one can be: where a range begins. */
export function rangeStart(prefix: string, after: string | undefined): string {
  return after === undefined || after < prefix ? prefix : `${after}!`
}
