/** `string.format` in the version that Kubernetes has: version 1 of cel-go's, for the locale en_US (ext/formatting.go). */
import { quote } from '../names/go-text.ts'
import type { Result as Outcome } from '../result.ts'
import { fixedDecimal, formatDouble } from './double-text.ts'
import { runtimeType } from './library-conversions.ts'
import { formatDuration, formatTimestamp } from './time.ts'
import { celError, type Int, isInt, isKind, type ListValue, type MapValue, type Result, type Value } from './value.ts'

type Text = Outcome<string>

const DEFAULT_PRECISION = 6
/** What would be longer is not written. In UTF-16 units. */
const MAX_LENGTH = 10 * 1024 * 1024
const MAX_PRECISION = 100

function written(value: string): Text {
  return { ok: true, value }
}

function refused(rule: string, value: Value): Text {
  return { ok: false, error: `${rule}, was given ${runtimeType(value).name}` }
}

const STRING_RULE =
  'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps'

function integerOf(value: Value): Int | undefined {
  return isInt(value) ? value : isKind(value, 'uint') ? value.value : undefined
}

/** `%s` */
function plainText(value: Value): Text {
  if (value === null) return written('null')
  if (typeof value === 'string') return written(value)
  if (typeof value === 'boolean' || isInt(value)) return written(String(value))
  switch (value.kind) {
    case 'uint':
      return written(String(value.value))
    case 'double':
      return written(formatDouble(value.value))
    case 'bytes':
      return written(new TextDecoder().decode(value.value))
    case 'timestamp':
      return written(formatTimestamp(value))
    case 'duration':
      return written(formatDuration(value))
    case 'type':
      return written(value.type.name)
    case 'list':
      return listText(value)
    case 'map':
      return mapText(value)
    default:
      return refused(STRING_RULE, value)
  }
}

/** As it stands within a list or a map: texts in quotes. */
function nestedText(value: Value): Text {
  if (typeof value === 'string') return written(quote(value))
  if (value === null || typeof value !== 'object') return plainText(value)
  if (value.kind === 'timestamp') return written(`timestamp(${quote(formatTimestamp(value))})`)
  if (value.kind === 'duration') return written(`duration(${quote(formatDuration(value))})`)
  if (value.kind === 'bytes') return written(`b${quote(new TextDecoder().decode(value.value))}`)
  if (value.kind === 'double') {
    return written(
      Number.isFinite(value.value) ? fixedDecimal(value.value, DEFAULT_PRECISION) : quote(formatDouble(value.value)),
    )
  }
  if (value.kind === 'optional' || value.kind === 'opaque') {
    return { ok: false, error: `no formatting function for ${runtimeType(value).name}` }
  }
  return plainText(value)
}

function listText(list: ListValue): Text {
  const texts: string[] = []
  let length = 0
  for (let index = 0; index < list.size; index++) {
    const text = nestedText(list.at(index))
    if (!text.ok) return text
    length += text.value.length + 2
    if (length > MAX_LENGTH) return tooLong()
    texts.push(text.value)
  }
  return written(`[${texts.join(', ')}]`)
}

function tooLong(): Text {
  return { ok: false, error: `formatted text is longer than ${MAX_LENGTH}` }
}

function mapText(map: MapValue): Text {
  const pairs: { key: string; text: string }[] = []
  for (const key of map.keys()) {
    const name = nestedText(key)
    const text = nestedText(map.get(key) as Value)
    if (!name.ok) return name
    if (!text.ok) return text
    pairs.push({ key: name.value, text: `${name.value}:${text.value}` })
  }
  pairs.sort((left, right) => (left.key < right.key ? -1 : 1))
  return written(`{${pairs.map(({ text }) => text).join(', ')}}`)
}

/** A double, or a text that stands for one that has no literal. */
function doubleOf(value: Value): number | undefined {
  if (isKind(value, 'double')) return value.value
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value)
  return undefined
}

function unusual(value: number): string | undefined {
  if (Number.isFinite(value)) return undefined
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞'
}

function fixedText(value: Value, precision: number): Text {
  const amount = doubleOf(value)
  if (amount === undefined) return refused('fixed-point clause can only be used on doubles', value)
  return written(unusual(amount) ?? fixedDecimal(amount, precision).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ','))
}

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹'

function scientificText(value: Value, precision: number): Text {
  const amount = doubleOf(value)
  if (amount === undefined) return refused('scientific clause can only be used on doubles', value)
  const known = unusual(amount)
  if (known !== undefined) return written(known)
  const [mantissa = '', power = ''] = amount.toExponential(precision).split('e')
  const digits = power.slice(1).padStart(2, '0')
  const raised = Array.from(digits, (digit) => SUPERSCRIPT[Number(digit)]).join('')
  return written(`${mantissa}\u202f×\u202f10${power.startsWith('-') ? '⁻' : ''}${raised}`)
}

function radixText(value: Value, radix: number): string | undefined {
  return integerOf(value)?.toString(radix)
}

function hexText(value: Value): Text {
  if (typeof value === 'string') return written(Buffer.from(value).toString('hex'))
  if (isKind(value, 'bytes')) return written(Buffer.from(value.value).toString('hex'))
  const text = radixText(value, 16)
  const rule = 'only integers, byte buffers, and strings can be formatted as hex'
  return text === undefined ? refused(rule, value) : written(text)
}

function clauseText(clause: string, precision: number, value: Value): Text {
  switch (clause) {
    case 's':
      return plainText(value)
    case 'd': {
      const amount = integerOf(value)
      return amount === undefined
        ? refused('decimal clause can only be used on integers', value)
        : written(String(amount))
    }
    case 'f':
      return fixedText(value, precision)
    case 'e':
      return scientificText(value, precision)
    case 'b': {
      const text = typeof value === 'boolean' ? String(Number(value)) : radixText(value, 2)
      const rule = 'only integers and bools can be formatted as binary'
      return text === undefined ? refused(rule, value) : written(text)
    }
    case 'o': {
      const text = radixText(value, 8)
      return text === undefined ? refused('octal clause can only be used on integers', value) : written(text)
    }
    default: {
      const text = hexText(value)
      return text.ok && clause === 'X' ? written(text.value.toUpperCase()) : text
    }
  }
}

const CLAUSE = /%(?:\.(\d*))?(.)?/su

export interface Clause {
  /** What stands before the clause. */
  readonly before: string
  readonly letter: string
  readonly precision: number
  readonly rest: string
  readonly error?: string
}

/** The next clause of a format; undefined when there is none. */
export function nextClause(format: string): Clause | undefined {
  let before = ''
  let rest = format
  for (;;) {
    const at = rest.indexOf('%')
    if (at === -1) return undefined
    before += rest.slice(0, at)
    rest = rest.slice(at)
    if (!rest.startsWith('%%')) break
    before += '%'
    rest = rest.slice(2)
  }
  const [written = '', digits, letter] = CLAUSE.exec(rest) ?? []
  const precision = Math.min(digits === undefined ? DEFAULT_PRECISION : Number(digits), MAX_PRECISION)
  const clause = { before, letter: letter ?? '', precision, rest: rest.slice(written.length) }
  if (letter === undefined || digits === '') return { ...clause, error: clauseFault(digits) }
  if ('sdfebxXo'.includes(letter)) return clause
  return { ...clause, error: `could not parse formatting clause: unrecognized formatting clause "${letter}"` }
}

/** @example formatString('%s has %d', listValue(['a', 1])) // a has 1 */
export function formatString(format: string, args: ListValue): Result {
  let output = ''
  let rest = format
  for (let index = 0; ; index++) {
    const clause = nextClause(rest)
    if (clause === undefined) return output + rest.replaceAll('%%', '%')
    if (index >= args.size) return celError(`index ${index} out of range`)
    if (clause.error !== undefined) return celError(clause.error)
    const text = clauseText(clause.letter, clause.precision, args.at(index))
    if (!text.ok) return celError(`error during formatting: ${text.error}`)
    output += clause.before + text.value
    if (output.length > MAX_LENGTH) return celError(`formatted text is longer than ${MAX_LENGTH}`)
    rest = clause.rest
  }
}

function clauseFault(digits: string | undefined): string {
  if (digits === undefined) return 'unexpected end of string'
  const fault =
    digits === ''
      ? 'error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax'
      : 'could not find end of precision specifier'
  return `could not parse formatting clause: error while parsing precision: ${fault}`
}
