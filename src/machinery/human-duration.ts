/** How long ago, in few figures, as kubectl shows it (apimachinery/pkg/util/duration.HumanDuration). */

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAYS_OF_YEAR = 365

function pair(first: number, firstUnit: string, second: number, secondUnit: string): string {
  return second === 0 ? `${first}${firstUnit}` : `${first}${firstUnit}${second}${secondUnit}`
}

/** @param milliseconds up to two seconds below zero count as zero: clocks differ. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / SECOND)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.trunc(milliseconds / MINUTE)
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  const hours = Math.trunc(milliseconds / HOUR)
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  const days = Math.trunc(hours / 24)
  if (days < 8) return pair(days, 'd', hours % 24, 'h')
  if (days < 2 * DAYS_OF_YEAR) return `${days}d`
  const years = Math.trunc(days / DAYS_OF_YEAR)
  return years < 8 ? pair(years, 'y', days % DAYS_OF_YEAR, 'd') : `${years}y`
}

/** The age of a time as the API writes it; `<unknown>` where there is none. */
export function ageOf(time: unknown, now: number): string {
  const at = typeof time === 'string' && time !== '' ? Date.parse(time) : Number.NaN
  return Number.isNaN(at) ? '<unknown>' : humanDuration(now - at)
}
