import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Json } from '../object.ts'
import { canonicalJson, equalJson, hashSchema } from './canonical-json.ts'

const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json)

/** The same value with the keys of its objects the other way round. */
function reversed(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(reversed)
  const entries = Object.entries(value).reverse()
  return Object.fromEntries(entries.map(([key, field]) => [key, reversed(field)]))
}

test('keys are sorted by code point, those that look like indexes too', () => {
  assert.equal(canonicalJson({ b: 1, a: [{ z: 1, 10: 2, 9: 3 }] }), '{"a":[{"10":2,"9":3,"z":1}],"b":1}')
})

test('the canonical text is JSON of the same value', () => {
  fc.assert(fc.property(json, (value) => assert.deepEqual(JSON.parse(canonicalJson(value)), value)))
})

test('a schema has one hash, whatever the order of its keys', () => {
  assert.match(hashSchema({ type: 'object' }), /^[0-9a-f]{32}$/)
  assert.notEqual(hashSchema({ type: 'object' }), hashSchema({ type: 'string' }))
  fc.assert(fc.property(json, (value) => hashSchema(value) === hashSchema(reversed(value))))
})

test('values are equal exactly when their canonical texts are', () => {
  fc.assert(
    fc.property(json, json, (left, right) => {
      assert.equal(equalJson(left, right), canonicalJson(left) === canonicalJson(right))
      assert.ok(equalJson(left, reversed(left)))
    }),
  )
})
