/** Arithmetic of 64-bit integers: overflow is an error. What fits a safe integer never becomes a bigint. */
import { celError, fromBigInt, type Int, isInt64, isUint64 } from './value.ts'

export const INT_OVERFLOW = celError('integer overflow')
export const UINT_OVERFLOW = celError('unsigned integer overflow')
const DIVISION_BY_ZERO = celError('division by zero')
const MODULUS_BY_ZERO = celError('modulus by zero')

type Sign = 'int' | 'uint'
type Outcome = Int | typeof INT_OVERFLOW

function bounded(value: bigint, sign: Sign): Outcome {
  if (sign === 'int') return isInt64(value) ? fromBigInt(value) : INT_OVERFLOW
  return isUint64(value) ? fromBigInt(value) : UINT_OVERFLOW
}

/** Whether the fast result is right: within what numbers hold exactly, and not below zero where it may not be. */
function isExact(value: number, sign: Sign): boolean {
  return Number.isSafeInteger(value) && (sign === 'int' || value >= 0)
}

export function add(left: Int, right: Int, sign: Sign): Outcome {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right
    if (isExact(sum, sign)) return sum
  }
  return bounded(BigInt(left) + BigInt(right), sign)
}

export function subtract(left: Int, right: Int, sign: Sign): Outcome {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right
    if (isExact(difference, sign)) return difference
  }
  return bounded(BigInt(left) - BigInt(right), sign)
}

export function multiply(left: Int, right: Int, sign: Sign): Outcome {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right
    // A negative zero would be written as one.
    if (isExact(product, sign)) return product + 0
  }
  return bounded(BigInt(left) * BigInt(right), sign)
}

export function divide(left: Int, right: Int, sign: Sign): Outcome {
  if (right === 0) return DIVISION_BY_ZERO
  if (typeof left === 'number' && typeof right === 'number') return Math.trunc(left / right) + 0
  return bounded(BigInt(left) / BigInt(right), sign)
}

export function modulo(left: Int, right: Int, sign: Sign): Outcome {
  if (right === 0) return MODULUS_BY_ZERO
  if (typeof left === 'number' && typeof right === 'number') return (left % right) + 0
  // cel-go refuses the remainder that its processor cannot compute.
  if (sign === 'int' && right === -1 && BigInt(left) === -(2n ** 63n)) return INT_OVERFLOW
  return bounded(BigInt(left) % BigInt(right), sign)
}

export function negate(value: Int): Outcome {
  return typeof value === 'number' ? 0 - value : bounded(-value, 'int')
}

/** The integer part of a double, where it has 64 bits; upstream refuses the bounds themselves. */
export function fromDouble(value: number, sign: Sign): Outcome {
  const overflow = sign === 'int' ? INT_OVERFLOW : UINT_OVERFLOW
  const isWithin = sign === 'int' ? value > -(2 ** 63) && value < 2 ** 63 : value >= 0 && value < 2 ** 64
  if (!isWithin) return overflow
  const whole = Math.trunc(value) + 0
  return Number.isSafeInteger(whole) ? whole : fromBigInt(BigInt(whole))
}
