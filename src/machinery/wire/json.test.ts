import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeJson, duplicateFields, strictDecodingError } from './json.ts'

test('JSON decodes to its value, anything else to an error', () => {
  assert.deepEqual(decodeJson('{"a":[1,null]}'), { ok: true, value: { a: [1, null] } })
  assert.equal(decodeJson('{"a":}').ok, false)
  assert.equal(decodeJson('').ok, false)
})

test('values nested deeper than 500 are refused, brackets within texts do not count', () => {
  assert.ok(decodeJson('['.repeat(500) + ']'.repeat(500)).ok)
  assert.deepEqual(decodeJson('['.repeat(501) + ']'.repeat(501)), { ok: false, error: 'exceeded max depth' })
  assert.ok(decodeJson(JSON.stringify({ text: `\\"${'['.repeat(2000)}` })).ok)
})

const duplicates = [
  ['{"a":1,"b":2}', []],
  ['{"a":1,"a":2,"a":3}', ['duplicate field "a"']],
  ['{"spec":{"x":1,"x":2},"spec":{}}', ['duplicate field "spec.x"', 'duplicate field "spec"']],
  ['{"items":[{"a":1},{"a":1,"a":2}]}', ['duplicate field "items[1].a"']],
  ['{"a":[[{"b":1,"b":2}]]}', ['duplicate field "a[0][0].b"']],
  ['{"a\\u0062":1,"ab":2}', ['duplicate field "ab"']],
  ['{"a":"{\\"b\\":1,\\"b\\":2}"}', []],
  ['{"a":["x","x"],"b":"a"}', []],
  ['[]', []],
] as const

for (const [text, errors] of duplicates) {
  test(`${text} has ${errors.length === 0 ? 'no duplicate field' : errors.join(' and ')}`, () => {
    assert.deepEqual(duplicateFields(text), errors)
  })
}

test('no more than a hundred duplicates are named', () => {
  const pairs = Array.from({ length: 150 }, (_, index) => `"k${index}":1,"k${index}":2`)
  assert.equal(duplicateFields(`{${pairs.join(',')}}`).length, 100)
})

test('what JSON.stringify writes never has duplicates', () => {
  fc.assert(fc.property(fc.json(), (text) => assert.deepEqual(duplicateFields(text), [])))
})

test('strict errors are joined as upstream joins them', () => {
  const errors = ['unknown field "spec.foo"', 'duplicate field "x"']
  assert.equal(strictDecodingError(errors), 'strict decoding error: unknown field "spec.foo", duplicate field "x"')
})
