import { badRequest, formatQuantity, type KubeObject, parseQuantity, type Quantity } from '../../machinery/index.ts'
import { isFields } from './untyped.ts'

export const ZERO: Quantity = { mantissa: 0n, scale: 0, format: 'DecimalSI' }
export const ONE: Quantity = { mantissa: 1n, scale: 0, format: 'DecimalSI' }

/** A quantity in an object: text, or a number as JSON allows; undefined for anything else. */
export function quantityIn(value: unknown): Quantity | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const parsed = parseQuantity(String(value))
  return parsed.ok ? parsed.value : undefined
}

/** Quantities are stored as upstream writes them, whatever form they came in; one that cannot be read is a bad request. */
export function setCanonicalQuantities(quantities: unknown, { kind, apiVersion }: KubeObject): void {
  if (!isFields(quantities)) return
  for (const [name, value] of Object.entries(quantities)) {
    if (typeof value !== 'string' && typeof value !== 'number') continue
    const parsed = parseQuantity(String(value))
    if (!parsed.ok) {
      throw badRequest(`${kind} in version "${apiVersion}" cannot be handled as a ${kind}: ${parsed.error}`)
    }
    quantities[name] = formatQuantity(parsed.value)
  }
}
