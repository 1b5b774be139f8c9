/** What the language knows of texts and times (cel-go common/stdlib). */
import { defineFunction, type FunctionDeclaration, type Library } from './declaration.ts'
import { compileRegex } from './regular-expression.ts'
import { inZone } from './time.ts'
import { celError, type DurationValue, fromBigInt, type Result, type TimestampValue } from './value.ts'

function matches(text: string, pattern: string): Result {
  const compiled = compileRegex(pattern)
  return compiled.ok ? compiled.value.test(text) : celError(compiled.error)
}

const DAY = 86_400_000

function dayOfYear(date: Date): number {
  const midnight = new Date(date)
  midnight.setUTCHours(0, 0, 0, 0)
  const first = new Date(midnight)
  first.setUTCMonth(0, 1)
  return Math.round((midnight.getTime() - first.getTime()) / DAY)
}

/** A part of a timestamp, in UTC unless a time zone is given. */
function timestampParts(id: string, part: (date: Date, timestamp: TimestampValue) => number) {
  const call = (timestamp: TimestampValue, zone = 'UTC'): Result => {
    const date = inZone(timestamp, zone)
    return date === undefined ? celError(`unknown time zone ${zone}`) : part(date, timestamp)
  }
  return [
    [`timestamp_to_${id}`, 'timestamp.() -> int', (timestamp: TimestampValue) => call(timestamp)],
    [`timestamp_to_${id}_with_tz`, 'timestamp.(string) -> int', call],
  ] as const
}

function durationPart(id: string, nanos: bigint) {
  const call = (duration: DurationValue): Result => fromBigInt(duration.nanos / nanos)
  return [[`duration_to_${id}`, 'duration.() -> int', call]] as const
}

const TIMES: readonly FunctionDeclaration[] = [
  defineFunction(
    'getFullYear',
    timestampParts('year', (date) => date.getUTCFullYear()),
  ),
  defineFunction(
    'getMonth',
    timestampParts('month', (date) => date.getUTCMonth()),
  ),
  defineFunction('getDayOfYear', timestampParts('day_of_year', dayOfYear)),
  defineFunction(
    'getDayOfMonth',
    timestampParts('day_of_month', (date) => date.getUTCDate() - 1),
  ),
  defineFunction(
    'getDate',
    timestampParts('day_of_month_1_based', (date) => date.getUTCDate()),
  ),
  defineFunction(
    'getDayOfWeek',
    timestampParts('day_of_week', (date) => date.getUTCDay()),
  ),
  defineFunction('getHours', [
    ...timestampParts('hours', (date) => date.getUTCHours()),
    ...durationPart('hours', 3_600_000_000_000n),
  ]),
  defineFunction('getMinutes', [
    ...timestampParts('minutes', (date) => date.getUTCMinutes()),
    ...durationPart('minutes', 60_000_000_000n),
  ]),
  defineFunction('getSeconds', [
    ...timestampParts('seconds', (date) => date.getUTCSeconds()),
    ...durationPart('seconds', 1_000_000_000n),
  ]),
  defineFunction('getMilliseconds', [
    ...timestampParts('milliseconds', (_, { nanos }) => Math.trunc(nanos / 1_000_000)),
    ...durationPart('milliseconds', 1_000_000n),
  ]),
]

export const TEXT_AND_TIME: Library = {
  functions: [
    defineFunction('contains', [
      ['contains_string', 'string.(string) -> bool', (text: string, part: string) => text.includes(part)],
    ]),
    defineFunction('startsWith', [
      ['starts_with_string', 'string.(string) -> bool', (text: string, part: string) => text.startsWith(part)],
    ]),
    defineFunction('endsWith', [
      ['ends_with_string', 'string.(string) -> bool', (text: string, part: string) => text.endsWith(part)],
    ]),
    defineFunction('matches', [
      ['matches', '(string, string) -> bool', matches],
      ['matches_string', 'string.(string) -> bool', matches],
    ]),
    ...TIMES,
  ],
}
