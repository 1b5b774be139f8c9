import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareText, goJson, goStrings, quote } from './go-text.ts'

const quoted = [
  ['plain', '"plain"'],
  ['a"b\\c', '"a\\"b\\\\c"'],
  ['a\nb\tc\r\u0007\b\f\v', '"a\\nb\\tc\\r\\a\\b\\f\\v"'],
  ['\u0000\u007f', '"\\x00\\x7f"'],
  ['ä€😀', '"ä€😀"'],
  ['\u00a0\u200b', '"\\u00a0\\u200b"'],
  ['\u{e0001}', '"\\U000e0001"'],
] as const

for (const [text, expected] of quoted) {
  test(`quote prints ${expected} as Go's %q does`, () => {
    assert.equal(quote(text), expected)
  })
}

test('goStrings prints as %#v', () => {
  assert.equal(goStrings(['a', 'b"']), '[]string{"a", "b\\""}')
})

test('goJson escapes as encoding/json, and prints what is absent as null', () => {
  assert.equal(goJson({ a: '<&>\u2028' }), '{"a":"\\u003c\\u0026\\u003e\\u2028"}')
  assert.equal(goJson(undefined), 'null')
})

test('compareText orders as the UTF-8 bytes do', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      assert.equal(Math.sign(compareText(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
  )
})
