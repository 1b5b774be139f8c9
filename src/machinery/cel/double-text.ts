/** Doubles as Go writes them with `%g`: the shortest text, with an exponent below -4 and from 21 on or from 6 on. */

/** @param threshold - the exponent from which on it is written. */
export function formatDouble(value: number, threshold = 6): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const [mantissa = '', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (value !== 0 && (exponent < -4 || exponent >= threshold)) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  return plainDecimal(value)
}

/** Without an exponent, however long. */
export function plainDecimal(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  const [, sign = '', whole = '', fraction = '', power = '0'] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? []
  const digits = whole + fraction
  const point = 1 + Number(power)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return sign + digits.padEnd(point, '0')
}

/** With so many digits after the point; halves of the shortest text round to even. */
export function fixedDecimal(value: number, digits: number): string {
  const [whole = '', fraction = ''] = plainDecimal(Math.abs(value)).split('.')
  const kept = BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'))
  const rest = fraction.slice(digits).padEnd(1, '0')
  const half = `5${'0'.repeat(rest.length - 1)}`
  const isUp = rest > half || (rest === half && kept % 2n === 1n)
  const text = String(kept + (isUp ? 1n : 0n)).padStart(digits + 1, '0')
  const point = text.length - digits
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  return `${sign}${text.slice(0, point)}${digits === 0 ? '' : `.${text.slice(point)}`}`
}
