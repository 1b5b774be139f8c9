import { InvalidArgumentError } from 'commander'

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Go's durations: `30s`, `1m30s`, `0`; in milliseconds. */
export function parseDuration(text: string): number {
  if (text === '0') return 0
  const parts = text.match(/\d+(?:\.\d+)?(?:ms|s|m|h)/g) ?? []
  if (parts.length === 0 || parts.join('') !== text) {
    throw new InvalidArgumentError('It must be a duration such as 30s or 2m.')
  }
  return parts.reduce((sum, part) => {
    const [, number = '', unit = ''] = /^([\d.]+)(\D+)$/.exec(part) ?? []
    return sum + Number(number) * (UNITS[unit] ?? 0)
  }, 0)
}
