import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareQuantities, formatQuantity, parseQuantity, type Quantity } from './quantity.ts'

function quantity(text: string): Quantity {
  const result = parseQuantity(text)
  assert.ok(result.ok, text)
  return result.value
}

const canonical = [
  ['0', '0'],
  ['0Ki', '0'],
  ['100m', '100m'],
  ['1000m', '1'],
  ['0.5', '500m'],
  ['1.5', '1500m'],
  ['1.50', '1500m'],
  ['1000', '1k'],
  ['1000k', '1M'],
  ['1024Ki', '1Mi'],
  ['8Ki', '8Ki'],
  ['1.5Gi', '1536Mi'],
  ['0.5Ki', '512'],
  ['0.1Ki', '102400m'],
  ['1023Ki', '1023Ki'],
  ['1e3', '1e3'],
  ['1000e3', '1e6'],
  ['1E', '1E'],
  ['1E3', '1E3'],
  ['-5', '-5'],
  ['-1024Ki', '-1Mi'],
  ['0.0000000001', '1n'],
  ['-0.0000000001', '-1n'],
  ['9Ei', '9223372036854775807'],
  ['12345678901234567890', '12345678901234567890'],
] as const

for (const [text, expected] of canonical) {
  test(`${text} prints as ${expected}`, () => {
    assert.equal(formatQuantity(quantity(text)), expected)
  })
}

const FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const SUFFIX = "unable to parse quantity's suffix"

const refused = [
  ['', FORMAT],
  ['abc', FORMAT],
  ['1 Gi', FORMAT],
  ['1.2.3', FORMAT],
  ['1gi', FORMAT],
  ['1KI', FORMAT],
  ['1Kim', SUFFIX],
  ['1e', SUFFIX],
  ['1e5000', SUFFIX],
  ['Pi', 'unable to parse numeric part of quantity'],
] as const

for (const [text, error] of refused) {
  test(`'${text}' is refused as upstream words it`, () => {
    assert.deepEqual(parseQuantity(text), { ok: false, error })
  })
}

const ordered = ['-1Gi', '-1', '0', '1n', '999u', '1m', '1', '1000m', '1k', '1Ki', '1M', '1Mi', '1e9', '1Gi', '1E']

test('quantities compare by what they are worth, whatever their suffix', () => {
  for (const [index, text] of ordered.entries()) {
    for (const [other, next] of ordered.entries()) {
      const equal = new Set(['1', '1000m'])
      const expected = equal.has(text) && equal.has(next) ? 0 : Math.sign(index - other)
      assert.equal(compareQuantities(quantity(text), quantity(next)), expected, `${text} and ${next}`)
    }
  }
})

test('what prints canonically is worth the same, and prints the same again', () => {
  const suffix = fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'e-3', 'e5')
  const number = fc.tuple(
    fc.integer({ min: -1_000_000, max: 1_000_000 }),
    fc.constantFrom('', '.5', '.25', '.125', '.0'),
  )
  fc.assert(
    fc.property(number, suffix, ([whole, fraction], unit) => {
      const first = quantity(whole + fraction + unit)
      const second = quantity(formatQuantity(first))
      assert.equal(compareQuantities(first, second), 0)
      assert.equal(formatQuantity(second), formatQuantity(first))
    }),
  )
})
