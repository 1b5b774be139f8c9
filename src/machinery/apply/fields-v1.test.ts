import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { equalSets, fieldSetOf, pathsOf } from './field-set.ts'
import { fieldSetArbitrary } from './field-set-arbitrary.ts'
import { decodeFieldsV1, encodeFieldsV1 } from './fields-v1.ts'

test('a set is written in upstream’s order; a dot marks a member that has members below it', () => {
  const set = fieldSetOf(
    ['f:spec', 'f:ports', 'k:{"port":8080}', 'f:name'],
    ['f:spec', 'f:ports', 'k:{"port":8080}'],
    ['f:spec', 'f:ports', 'k:{"port":80}'],
    ['f:spec', 'f:finalizers', 'v:"b"'],
    ['f:spec', 'f:finalizers', 'v:"a"'],
    ['f:spec', 'f:finalizers'],
    ['f:metadata', 'f:labels', 'f:app'],
  )
  const expected =
    '{"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:finalizers":{".":{},"v:\\"a\\"":{},"v:\\"b\\"":{}},' +
    '"f:ports":{"k:{\\"port\\":80}":{},"k:{\\"port\\":8080}":{".":{},"f:name":{}}}}}'
  assert.equal(JSON.stringify(encodeFieldsV1(set)), expected)
})

test('what is written is read again', () => {
  fc.assert(
    fc.property(fieldSetArbitrary, (set) => {
      const decoded = decodeFieldsV1(JSON.parse(JSON.stringify(encodeFieldsV1(set))))
      assert.ok(decoded.ok && equalSets(decoded.value, set))
    }),
  )
})

test('what is not known is left out, what is not understood refused', () => {
  const decoded = decodeFieldsV1({ 'f:a': { 'x:new': {}, '.': {}, 'f:b': {} }, 'x:new': { 'f:c': {} } })
  assert.ok(decoded.ok)
  assert.deepEqual(pathsOf(decoded.value), [['f:a'], ['f:a', 'f:b']])
  assert.deepEqual(decodeFieldsV1(undefined), { ok: true, value: new Map() })
  for (const wrong of [[], 'x', { nocolon: {} }, { 'k:{': {} }, { 'f:a': 1 }, { 'f:a': { 'v:': {} } }]) {
    assert.equal(decodeFieldsV1(wrong).ok, false, JSON.stringify(wrong))
  }
})
