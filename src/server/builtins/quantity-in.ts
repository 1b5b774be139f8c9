import { parseQuantity, type Quantity } from '../../machinery/index.ts'

export const ZERO: Quantity = { mantissa: 0n, scale: 0, format: 'DecimalSI' }
export const ONE: Quantity = { mantissa: 1n, scale: 0, format: 'DecimalSI' }

/** A quantity in an object: text, or a number as JSON allows; undefined for anything else. */
export function quantityIn(value: unknown): Quantity | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const parsed = parseQuantity(String(value))
  return parsed.ok ? parsed.value : undefined
}
