import assert from 'node:assert/strict'
import { test } from 'node:test'
import { warningHeaders } from './warnings.ts'

const CASES: readonly [string, readonly string[], string | undefined][] = [
  ['none', [], undefined],
  ['one', ['careful'], '299 - "careful"'],
  ['two', ['a', 'b'], '299 - "a", 299 - "b"'],
  ['the same twice', ['a', 'a'], '299 - "a"'],
  ['quotes and backslashes', ['say "a\\b"'], '299 - "say \\"a\\\\b\\""'],
  ['line breaks, which no header holds', ['a\r\nx: y'], '299 - "a  x: y"'],
  ['other scripts', ['日本'], '299 - "日本"'],
]
for (const [what, texts, expected] of CASES) {
  test(`warnings: ${what}`, () => assert.equal(warningHeaders(texts).warning, expected))
}

test('many are cut, and the last ones fall out', () => {
  const texts = Array.from({ length: 40 }, (_, index) => `${index}${'x'.repeat(300)}`)
  const parts = (warningHeaders(texts).warning ?? '').split(', ')
  assert.equal(parts.length, 16)
  assert.ok(parts.every((part) => part.length === '299 - ""'.length + 256))
})

test('one that is long is kept whole', () => {
  assert.equal(warningHeaders(['x'.repeat(4000)]).warning?.length, 4008)
})
