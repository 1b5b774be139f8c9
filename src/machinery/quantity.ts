/**
 * Amounts of resources (apimachinery/pkg/api/resource): decimals with a suffix, exact down to a billionth. Smaller fractions
 * round away from zero, and binary amounts stop at 2^63-1, as upstream.
 */
import type { Result } from './result.ts'

type Format = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

/** Worth `mantissa` × 10^`scale`. */
export interface Quantity {
  readonly mantissa: bigint
  readonly scale: number
  readonly format: Format
  /** The text that it was read from, where upstream keeps that instead of writing a canonical one. */
  readonly text?: string
}

const FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const NUMBER_WRONG = 'unable to parse numeric part of quantity'
const SUFFIX_WRONG = "unable to parse quantity's suffix"

const PARTS = /^([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/
const DECIMAL = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
])
const BINARY = new Map([
  ['Ki', 10],
  ['Mi', 20],
  ['Gi', 30],
  ['Ti', 40],
  ['Pi', 50],
  ['Ei', 60],
])
const MAX_DIGITS = 18
const MAX_INT64 = 2n ** 63n - 1n
/** A power of ten this high has to be computed to compare quantities; upstream has no bound. */
const MAX_EXPONENT = 1000
const NANO = -9

interface Suffix {
  readonly format: Format
  readonly exponent: number
}

function parseSuffix(suffix: string): Suffix | undefined {
  const decimal = DECIMAL.get(suffix)
  if (decimal !== undefined) return { format: 'DecimalSI', exponent: decimal }
  const binary = BINARY.get(suffix)
  if (binary !== undefined) return { format: 'BinarySI', exponent: binary }
  const [, digits] = /^[eE]([+-]?[0-9]+)$/.exec(suffix) ?? []
  const exponent = Number(digits)
  if (digits === undefined || Math.abs(exponent) > MAX_EXPONENT) return undefined
  return { format: 'DecimalExponent', exponent }
}

/**
 * Reads an amount.
 *
 * @example parseQuantity('1.5Gi')
 */
export function parseQuantity(text: string): Result<Quantity> {
  const parts = PARTS.exec(text)
  if (text === '' || parts === null) return { ok: false, error: FORMAT_WRONG }
  const [, sign, whole = '', fraction = '', suffixText = ''] = parts
  const suffix = parseSuffix(suffixText)
  if (suffix === undefined) return { ok: false, error: SUFFIX_WRONG }
  const digits = (whole || '0') + fraction
  // Upstream takes a lone suffix for zero, unless the amount is too large or too small for its fast path.
  const isFast = suffix.format === 'BinarySI' ? suffix.exponent < 50 : suffix.exponent >= NANO
  if (!/[0-9]/.test(text.slice(0, text.length - suffixText.length)) && !isFast) {
    return { ok: false, error: NUMBER_WRONG }
  }
  const amount = BigInt(digits)
  const signed = (value: bigint) => (sign === '-' ? -value : value)
  if (suffix.format === 'BinarySI') {
    return { ok: true, value: binaryQuantity(text, amount, fraction.length, suffix.exponent, signed) }
  }
  const { format, exponent } = suffix
  const scale = exponent - fraction.length
  if (scale < NANO) return { ok: true, value: { mantissa: signed(roundUp(amount, scale, NANO)), scale: NANO, format } }
  const keepsText = digits.length <= MAX_DIGITS && scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0')
  return { ok: true, value: { mantissa: signed(amount), scale, format, ...(keepsText && { text }) } }
}

function binaryQuantity(
  text: string,
  amount: bigint,
  fractionDigits: number,
  exponent: number,
  signed: (value: bigint) => bigint,
): Quantity {
  const product = amount << BigInt(exponent)
  if (fractionDigits === 0) {
    const precision = 15 - amount.toString().length - Math.trunc((exponent * 3) / 10) - 1
    const keepsText = precision >= 0 && (amount & 7n) !== 0n && product <= MAX_INT64
    const mantissa = signed(product > MAX_INT64 ? MAX_INT64 : product)
    return { mantissa, scale: 0, format: 'BinarySI', ...(keepsText && { text }) }
  }
  const nanos = roundUp(product, -fractionDigits, NANO)
  const one = 10n ** 9n
  if (nanos > MAX_INT64 * one) return { mantissa: signed(MAX_INT64), scale: 0, format: 'BinarySI' }
  // Below one a binary amount would have to be rounded to be printed.
  return { mantissa: signed(nanos), scale: NANO, format: nanos > 0n && nanos < one ? 'DecimalSI' : 'BinarySI' }
}

/** The amount's mantissa at another scale; what is lost rounds it away from zero. */
function roundUp(amount: bigint, from: number, to: number): bigint {
  if (from >= to) return amount * 10n ** BigInt(from - to)
  const divisor = 10n ** BigInt(to - from)
  const sign = amount < 0n ? -1n : 1n
  return (amount + sign * (divisor - 1n)) / divisor
}

/** Negative, zero or positive, as for sorting. */
export function compareQuantities(left: Quantity, right: Quantity): number {
  const scale = Math.min(left.scale, right.scale)
  const difference = roundUp(left.mantissa, left.scale, scale) - roundUp(right.mantissa, right.scale, scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Quantity.String of upstream: the largest suffix that leaves no fraction. */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.text !== undefined) return quantity.text
  if (quantity.mantissa === 0n) return '0'
  return quantity.format === 'BinarySI' ? (formatBinary(quantity) ?? formatDecimal(quantity)) : formatDecimal(quantity)
}

/** Undefined for small amounts and those with a fraction, which read better as decimals. */
function formatBinary({ mantissa, scale }: Quantity): string | undefined {
  let amount = roundUp(mantissa, scale, 0)
  const isWhole = roundUp(amount, 0, Math.min(scale, 0)) === roundUp(mantissa, scale, Math.min(scale, 0))
  if (!isWhole || (amount > -1024n && amount < 1024n)) return undefined
  let exponent = 0
  for (; amount % 1024n === 0n; exponent += 10) amount /= 1024n
  const suffix = [...BINARY].find(([, power]) => power === exponent)?.[0] ?? ''
  return amount + suffix
}

function formatDecimal({ mantissa, scale, format }: Quantity): string {
  let amount = mantissa
  let exponent = scale
  for (; amount % 10n === 0n; exponent++) amount /= 10n
  for (; exponent % 3 !== 0; exponent--) amount *= 10n
  if (format === 'DecimalExponent') return exponent === 0 ? `${amount}` : `${amount}e${exponent}`
  const suffix = [...DECIMAL].find(([, power]) => power === exponent)?.[0] ?? ''
  return amount + suffix
}
