const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Milliseconds of a duration that the schema has accepted: `1h30m`. */
export function parseDuration(text: string): number {
  const parts = text.matchAll(/(\d+)(ms|s|m|h)/g)
  return [...parts].reduce((sum, [, number = '', unit = '']) => sum + Number(number) * (UNITS[unit] ?? 0), 0)
}
