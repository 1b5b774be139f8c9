/** Numbers as Go takes and prints them. */

/** The %v of a float64: the shortest text that reads back the same, with an exponent where it is below -4 or above 20. */
export function printFloat(value: number): string {
  const exponent = Number(/e([+-]\d+)$/.exec(value.toExponential())?.[1] ?? 0)
  if (value === 0 || (exponent >= -4 && exponent < 21)) return String(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}

const EPSILON = 1e-9

/** swag.IsFloat64AJSONInteger: an integer up to what a float64 can hold exactly, give or take a rounding error. */
export function isJsonInteger(value: number): boolean {
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) return false
  const integer = Math.trunc(value)
  if (integer === value) return true
  if (integer === 0) return false
  return Math.abs(value - integer) / (Math.abs(value) + Math.abs(integer)) < EPSILON
}
