import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { assertKey, escapeSegment, prefixEnd, rangeStart, unescapeSegment } from './keys.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const key = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 4,
})

test('names of Kubernetes are segments as they are', () => {
  for (const name of ['default', 'system:admin', 'cm.v1', 'a-b_c', 'root:acme', '*', '']) {
    assert.equal(escapeSegment(name), name)
  }
})

test('a segment holds no slash, percent sign, space, control or non-ASCII character', () => {
  const cases: [string, string][] = [
    ['a/b', 'a%2Fb'],
    ['100%', '100%25'],
    ['a b', 'a%20b'],
    ['\n\x7f', '%0A%7F'],
    ['zürich', 'z%C3%BCrich'],
    ['🚢', '%F0%9F%9A%A2'],
  ]
  for (const [name, segment] of cases) assert.equal(escapeSegment(name), segment)
})

test('every text comes back from its segment, and the segment is a key', () => {
  fc.assert(
    fc.property(text, (name) => {
      const segment = escapeSegment(name)
      assertKey(segment)
      assert.ok(!segment.includes('/'))
      assert.equal(unescapeSegment(segment), name)
    }),
  )
})

test('a key with an unescaped segment is refused', () => {
  for (const bad of ['/a b', '/ü', '/a\u0000', '/\x7f']) assert.throws(() => assertKey(bad), TypeError)
})

test('bounds: a prefix and a key to go on from select exactly the keys they should', () => {
  fc.assert(
    fc.property(key, key, fc.option(key, { nil: undefined }), (candidate, prefix, after) => {
      const inside = candidate >= rangeStart(prefix, after) && candidate < prefixEnd(prefix)
      assert.equal(inside, candidate.startsWith(prefix) && (after === undefined || candidate > after))
    }),
    { numRuns: 2000 },
  )
})
