/** `quantity` (apiserver/pkg/cel/library/quantity.go). */
import { compareQuantities, parseQuantity, type Quantity } from '../quantity.ts'
import { defineFunction, type Library } from './declaration.ts'
import { opaqueType } from './type.ts'
import { celError, doubleValue, fromBigInt, type Int, isInt64, type OpaqueValue, type Result } from './value.ts'

const QUANTITY = opaqueType('kubernetes.Quantity')

function quantityValue(quantity: Quantity): OpaqueValue {
  const equals = (other: OpaqueValue): boolean => compareQuantities(quantity, other.value as Quantity) === 0
  return { kind: 'opaque', type: QUANTITY, value: quantity, equals }
}

function toQuantity(text: string): Result {
  const parsed = parseQuantity(text)
  return parsed.ok ? quantityValue(parsed.value) : celError(parsed.error)
}

function on(call: (quantity: Quantity) => Result) {
  return (value: OpaqueValue): Result => call(value.value as Quantity)
}

function compared(call: (order: number) => Result) {
  return (left: OpaqueValue, right: OpaqueValue): Result => {
    return call(compareQuantities(left.value as Quantity, right.value as Quantity))
  }
}

/** The amount where it is written as an integer: upstream does not reduce a fraction. */
function integerOf({ mantissa, scale }: Quantity): bigint | undefined {
  if (scale < 0) return undefined
  const value = mantissa * 10n ** BigInt(scale)
  return isInt64(value) ? value : undefined
}

function asInteger(quantity: Quantity): Result {
  const value = integerOf(quantity)
  return value === undefined ? celError('cannot convert value to integer') : fromBigInt(value)
}

function add(left: Quantity, right: Quantity, sign: 1n | -1n): OpaqueValue {
  const scale = Math.min(left.scale, right.scale)
  const at = (quantity: Quantity): bigint => quantity.mantissa * 10n ** BigInt(quantity.scale - scale)
  return quantityValue({ mantissa: at(left) + sign * at(right), scale, format: left.format })
}

function addition(sign: 1n | -1n) {
  return (left: OpaqueValue, right: OpaqueValue): Result => add(left.value as Quantity, right.value as Quantity, sign)
}

function integerAddition(sign: 1n | -1n) {
  return (left: OpaqueValue, right: Int): Result => {
    return add(left.value as Quantity, { mantissa: BigInt(right), scale: 0, format: 'DecimalExponent' }, sign)
  }
}

export const QUANTITIES: Library = {
  functions: [
    defineFunction('quantity', [['string_to_quantity', '(string) -> kubernetes.Quantity', toQuantity]]),
    defineFunction('isQuantity', [
      ['is_quantity_string', '(string) -> bool', (text: string) => parseQuantity(text).ok],
    ]),
    defineFunction('sign', [
      [
        'quantity_sign',
        '(kubernetes.Quantity) -> int',
        on(({ mantissa }) => (mantissa < 0n ? -1 : mantissa > 0n ? 1 : 0)),
      ],
    ]),
    defineFunction('isGreaterThan', [
      ['quantity_is_greater_than', 'kubernetes.Quantity.(kubernetes.Quantity) -> bool', compared((order) => order > 0)],
    ]),
    defineFunction('isLessThan', [
      ['quantity_is_less_than', 'kubernetes.Quantity.(kubernetes.Quantity) -> bool', compared((order) => order < 0)],
    ]),
    defineFunction('compareTo', [
      ['quantity_compare_to', 'kubernetes.Quantity.(kubernetes.Quantity) -> int', compared((order) => order)],
    ]),
    defineFunction('asApproximateFloat', [
      [
        'quantity_get_float',
        'kubernetes.Quantity.() -> double',
        on(({ mantissa, scale }) => doubleValue(Number(`${mantissa}e${scale}`))),
      ],
    ]),
    defineFunction('asInteger', [['quantity_get_int', 'kubernetes.Quantity.() -> int', on(asInteger)]]),
    defineFunction('isInteger', [
      ['quantity_is_integer', 'kubernetes.Quantity.() -> bool', on((quantity) => integerOf(quantity) !== undefined)],
    ]),
    ...(
      [
        ['add', 1n],
        ['sub', -1n],
      ] as const
    ).map(([name, sign]) => {
      return defineFunction(name, [
        [`quantity_${name}`, 'kubernetes.Quantity.(kubernetes.Quantity) -> kubernetes.Quantity', addition(sign)],
        [`quantity_${name}_int`, 'kubernetes.Quantity.(int) -> kubernetes.Quantity', integerAddition(sign)],
      ])
    }),
  ],
}
