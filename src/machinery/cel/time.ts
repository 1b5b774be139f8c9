/** Timestamps and durations: RFC 3339 and Go's notation of durations. */
import { celError, type DurationValue, type Result, type TimestampValue } from './value.ts'

const FIRST_SECOND = -62135596800
const LAST_SECOND = 253402300799
const SECOND = 1_000_000_000n
const MAX_NANOS = 2n ** 63n - 1n

const DURATION_OVERFLOW = celError('duration overflow')
const TIMESTAMP_OVERFLOW = celError('timestamp overflow')

export function durationOf(nanos: bigint): Result {
  return nanos > MAX_NANOS || nanos < -MAX_NANOS - 1n ? DURATION_OVERFLOW : { kind: 'duration', nanos }
}

export function timestampOf(seconds: number, nanos: number): Result {
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return TIMESTAMP_OVERFLOW
  return { kind: 'timestamp', seconds, nanos }
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|z|([+-])(\d\d):(\d\d))$/

export function parseTimestamp(text: string): Result {
  const parts = RFC3339.exec(text)
  const fault = celError(`parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05Z07:00": cannot parse`)
  if (parts === null) return fault
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const isDate = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  if (!isDate || hour > 23 || minute > 59 || second > 59) return fault
  const [offsetHours, offsetMinutes] = [Number(parts[10] ?? 0), Number(parts[11] ?? 0)]
  if (offsetHours > 23 || offsetMinutes > 59) return fault
  const offset = (parts[9] === '-' ? -1 : 1) * (offsetHours * 3600 + offsetMinutes * 60)
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset
  return timestampOf(seconds, Number((parts[7] ?? '').slice(0, 9).padEnd(9, '0')))
}

export function formatTimestamp({ seconds, nanos }: TimestampValue): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19)
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`
  return `${whole}${fraction}Z`
}

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
}

export function parseDuration(text: string): Result {
  const fault = celError(`time: invalid duration ${JSON.stringify(text)}`)
  const [, sign = '', body = ''] = /^([+-]?)(.*)$/s.exec(text) ?? []
  if (body === '0') return durationOf(0n)
  const parts = [...body.matchAll(/(\d*)(?:\.(\d*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/gy)]
  if (body === '' || parts.map(([part]) => part).join('') !== body) return fault
  let total = 0n
  for (const [, whole = '', fraction = '', unit = ''] of parts) {
    if (whole === '' && fraction === '') return fault
    const scale = UNITS[unit] as bigint
    total += BigInt(whole || '0') * scale
    if (fraction !== '') total += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length)
    if (total > MAX_NANOS + 1n) return fault
  }
  const nanos = sign === '-' ? -total : total
  return nanos > MAX_NANOS ? fault : durationOf(nanos)
}

/** In seconds: `1.5s`. */
export function formatDuration({ nanos }: DurationValue): string {
  const amount = nanos < 0n ? -nanos : nanos
  const fraction = String(amount % SECOND)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return `${nanos < 0n ? '-' : ''}${amount / SECOND}${fraction === '' ? '' : `.${fraction}`}s`
}

export function addDuration({ seconds, nanos }: TimestampValue, duration: bigint): Result {
  const total = BigInt(seconds) * SECOND + BigInt(nanos) + duration
  const whole = total / SECOND - (total % SECOND < 0n ? 1n : 0n)
  return timestampOf(Number(whole), Number(total - whole * SECOND))
}

export function between(later: TimestampValue, earlier: TimestampValue): Result {
  const seconds = BigInt(later.seconds) - BigInt(earlier.seconds)
  return durationOf(seconds * SECOND + BigInt(later.nanos - earlier.nanos))
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterOf(zone: string): Intl.DateTimeFormat | undefined {
  const known = formatters.get(zone)
  if (known !== undefined) return known
  try {
    const made = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    // Names come from expressions: only those that exist are kept.
    formatters.set(zone, made)
    return made
  } catch {
    return undefined
  }
}

/** The wall clock of a time zone, as the UTC of a Date. `zone` is `+02:00`, `02:00` or a name of the IANA's database. */
export function inZone({ seconds }: TimestampValue, zone: string): Date | undefined {
  if (zone === '' || zone === 'UTC') return new Date(seconds * 1000)
  const offset = /^([+-]?)(\d\d):(\d\d)$/.exec(zone)
  if (offset !== null) {
    const shift = Number(offset[2]) * 3600 + Number(offset[3]) * 60
    return new Date((seconds + (offset[1] === '-' ? -shift : shift)) * 1000)
  }
  const parts = new Map(
    formatterOf(zone)
      ?.formatToParts(new Date(seconds * 1000))
      .map(({ type, value }) => [type, value]),
  )
  if (parts.size === 0) return undefined
  const part = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name))
  const date = new Date(0)
  date.setUTCFullYear(parts.get('era') === 'BC' ? 1 - part('year') : part('year'), part('month') - 1, part('day'))
  date.setUTCHours(part('hour'), part('minute'), part('second'))
  return date
}
