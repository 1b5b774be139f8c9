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
  ['{"__proto__":1,"a":{"__proto__":{}}}', []],
  ['{"__proto__":1,"__proto__":2}', ['duplicate field "__proto__"']],
  [String.raw`{"a":"\\\\","b":"\\\"","c\\\\":":,{","a":"\""}`, ['duplicate field "a"']],
] as const

for (const [text, errors] of duplicates) {
  test(`${text} has ${errors.length === 0 ? 'no duplicate field' : errors.join(' and ')}`, () => {
    assert.deepEqual(duplicateFields(text, JSON.parse(text)), errors)
  })
}

test('no more than a hundred duplicates are named', () => {
  const pairs = Array.from({ length: 150 }, (_, index) => `"k${index}":1,"k${index}":2`)
  const text = `{${pairs.join(',')}}`
  assert.equal(duplicateFields(text, JSON.parse(text)).length, 100)
})

test('what JSON.stringify writes never has duplicates', () => {
  fc.assert(fc.property(fc.json(), (text) => assert.deepEqual(duplicateFields(text, JSON.parse(text)), [])))
})

test('a key written twice is found wherever it is', () => {
  const place = fc.record({ text: fc.json(), key: fc.string(), before: fc.string() })
  const property = fc.property(place, ({ text, key, before }) => {
    const written = JSON.stringify(key)
    const whole = `{${JSON.stringify(`${before}\u0000`)}:${text},${written}:[{"${'\\\\'}":${text}}],${written}:0}`
    assert.equal(duplicateFields(whole, JSON.parse(whole)).length, 1)
  })
  fc.assert(property)
})

test('strict errors are joined as upstream joins them', () => {
  const errors = ['unknown field "spec.foo"', 'duplicate field "x"']
  assert.equal(strictDecodingError(errors), 'strict decoding error: unknown field "spec.foo", duplicate field "x"')
})
