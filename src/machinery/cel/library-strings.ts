/** Texts by code points (cel-go ext/strings.go, version 2), and by regular expressions (apiserver/pkg/cel/library/regex.go). */
import { defineFunction, type Library } from './declaration.ts'
import { formatString } from './format-string.ts'
import { compileRegex } from './regular-expression.ts'
import { type CelError, celError, type Int, itemsOf, type ListValue, listValue, type Result } from './value.ts'

function outOfRange(index: Int): CelError {
  return celError(`index out of range: ${index}`)
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
  return /^[\x00-\x7f]*$/.test(text)
}

/** Code points; a text of ASCII alone is its own. */
function pointsOf(text: string): string | string[] {
  return isAscii(text) ? text : [...text]
}

function join(points: string | string[]): string {
  return typeof points === 'string' ? points : points.join('')
}

function charAt(text: string, index: Int): Result {
  const points = pointsOf(text)
  if (index < 0 || index > points.length) return outOfRange(index)
  return points[Number(index)] ?? ''
}

/** From code points to UTF-16 and back. */
function unitsBefore(text: string, points: number): number {
  return join(pointsOf(text).slice(0, points)).length
}

function pointsBefore(text: string, units: number): number {
  return pointsOf(text.slice(0, units)).length
}

function indexOf(text: string, part: string, offset: Int = 0): Result {
  if (part === '') return offset
  if (offset < 0) return outOfRange(offset)
  if (offset >= pointsOf(text).length) return -1
  const found = text.indexOf(part, unitsBefore(text, Number(offset)))
  return found === -1 ? -1 : pointsBefore(text, found)
}

function lastIndexOf(text: string, part: string): Result {
  const size = pointsOf(text).length
  if (part === '') return size
  return text.length < part.length ? -1 : lastIndexBefore(text, part, size - 1)
}

function lastIndexBefore(text: string, part: string, offset: Int): Result {
  if (part === '') return offset
  if (offset < 0) return outOfRange(offset)
  if (offset >= pointsOf(text).length) return -1
  const found = text.lastIndexOf(part, unitsBefore(text, Number(offset)))
  return found === -1 ? -1 : pointsBefore(text, found)
}

function substring(text: string, start: Int): Result {
  const points = pointsOf(text)
  return start < 0 || start > points.length ? outOfRange(start) : join(points.slice(Number(start)))
}

function substringRange(text: string, start: Int, end: Int): Result {
  if (start > end) return celError(`invalid substring range. start: ${start}, end: ${end}`)
  const points = pointsOf(text)
  if (start < 0 || start > points.length) return outOfRange(start)
  if (end < 0 || end > points.length) return outOfRange(end)
  return join(points.slice(Number(start), Number(end)))
}

const MAX_LENGTH = 50 * 1024 * 1024
const TOO_LONG = celError('text is too long')

function replace(text: string, old: string, replacement: string, limit: Int = -1): Result {
  if (limit === 0 || old === replacement) return text
  const most = limit < 0 ? Number.POSITIVE_INFINITY : Number(limit)
  if (old === '') return surround(text, replacement, most)
  const parts = text.split(old)
  if (text.length + parts.length * replacement.length > MAX_LENGTH) return TOO_LONG
  const kept = parts.length - 1 <= most ? parts : [...parts.slice(0, most), parts.slice(most).join(old)]
  return kept.join(replacement)
}

/** Nothing is found before each code point and at the end. */
function surround(text: string, replacement: string, most: number): Result {
  const points = [...text]
  if (text.length + (points.length + 1) * replacement.length > MAX_LENGTH) return TOO_LONG
  const output = points.map((point, index) => (index < most ? replacement + point : point))
  return output.join('') + (points.length < most ? replacement : '')
}

function split(text: string, separator: string, limit: Int = -1): Result {
  if (limit === 0) return listValue([])
  if (limit === 1) return listValue([text])
  const parts = separator === '' ? [...text] : text.split(separator)
  const most = limit < 0 ? parts.length : Number(limit)
  if (parts.length <= most) return listValue(parts)
  return listValue([...parts.slice(0, most - 1), parts.slice(most - 1).join(separator)])
}

/** White space as Go's unicode.IsSpace has it, which has no byte order mark. */
function trim(text: string): string {
  return text.replace(/^[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/, '').replace(TRAILING, '')
}
const TRAILING = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/

function joinList(list: ListValue, separator = ''): Result {
  if (list.size > MAX_LENGTH) return TOO_LONG
  const items = itemsOf(list)
  const stranger = items.findIndex((item) => typeof item !== 'string')
  if (stranger !== -1) return celError(`join: invalid input: ${String(items[stranger])}`)
  const length = items.reduce((sum: number, item) => sum + (item as string).length + separator.length, 0)
  return length > MAX_LENGTH ? TOO_LONG : items.join(separator)
}

const QUOTED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
}

function quoteText(text: string): string {
  return `"${Array.from(text.toWellFormed(), (point) => QUOTED[point] ?? point).join('')}"`
}

function find(text: string, pattern: string): Result {
  const compiled = compileRegex(pattern)
  if (!compiled.ok) return celError(`Illegal regex: ${compiled.error}`)
  const matcher = compiled.value.matcher(text)
  return matcher.find() ? (matcher.group() ?? '') : ''
}

function findAll(text: string, pattern: string, limit: Int = -1): Result {
  const compiled = compileRegex(pattern)
  if (!compiled.ok) return celError(`Illegal regex: ${compiled.error}`)
  const found: string[] = []
  const matcher = compiled.value.matcher(text)
  while ((limit < 0 || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '')
  return listValue(found)
}

export const STRINGS: Library = {
  functions: [
    defineFunction('charAt', [['string_char_at_int', 'string.(int) -> string', charAt]]),
    defineFunction('indexOf', [
      ['string_index_of_string', 'string.(string) -> int', indexOf],
      ['string_index_of_string_int', 'string.(string, int) -> int', indexOf],
    ]),
    defineFunction('lastIndexOf', [
      ['string_last_index_of_string', 'string.(string) -> int', lastIndexOf],
      ['string_last_index_of_string_int', 'string.(string, int) -> int', lastIndexBefore],
    ]),
    defineFunction('lowerAscii', [
      [
        'string_lower_ascii',
        'string.() -> string',
        (text: string) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase()),
      ],
    ]),
    defineFunction('upperAscii', [
      [
        'string_upper_ascii',
        'string.() -> string',
        (text: string) => text.replace(/[a-z]+/g, (part) => part.toUpperCase()),
      ],
    ]),
    defineFunction('replace', [
      ['string_replace_string_string', 'string.(string, string) -> string', replace],
      ['string_replace_string_string_int', 'string.(string, string, int) -> string', replace],
    ]),
    defineFunction('split', [
      ['string_split_string', 'string.(string) -> list(string)', split],
      ['string_split_string_int', 'string.(string, int) -> list(string)', split],
    ]),
    defineFunction('substring', [
      ['string_substring_int', 'string.(int) -> string', substring],
      ['string_substring_int_int', 'string.(int, int) -> string', substringRange],
    ]),
    defineFunction('trim', [['string_trim', 'string.() -> string', trim]]),
    defineFunction('format', [['string_format', 'string.(list(dyn)) -> string', formatString]]),
    defineFunction('strings.quote', [['strings_quote', '(string) -> string', quoteText]]),
    defineFunction('join', [
      ['list_join', 'list(string).() -> string', joinList],
      ['list_join_string', 'list(string).(string) -> string', joinList],
    ]),
    defineFunction('find', [['string_find_string', 'string.(string) -> string', find]]),
    defineFunction('findAll', [
      ['string_find_all_string', 'string.(string) -> list(string)', findAll],
      ['string_find_all_string_int', 'string.(string, int) -> list(string)', findAll],
    ]),
  ],
}
