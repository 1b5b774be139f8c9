import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Json, JsonObject } from '../object.ts'
import { cloneJson } from './json-value.ts'
import { applyMergePatch } from './merge-patch.ts'

const cases: [about: string, document: JsonObject, patch: Json, value: Json][] = [
  ['a key is replaced', { a: 'b' }, { a: 'c' }, { a: 'c' }],
  ['a key is added', { a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  ['null removes a key', { a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  ['null of an absent key does nothing', {}, { a: null }, {}],
  ['an array is replaced whole', { a: ['b'] }, { a: ['c', 'd'] }, { a: ['c', 'd'] }],
  ['an array takes the place of a scalar', { a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  ['objects merge', { a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  ['an object takes the place of an array', { a: [1] }, { a: { b: 1, c: null } }, { a: { b: 1 } }],
  ['a new object comes without its nulls', {}, { a: { b: { c: null } } }, { a: { b: {} } }],
  ['an object in the place of null comes without its nulls', { a: null }, { a: { b: null } }, { a: {} }],
  ['stored nulls stay', { a: null }, { b: 1 }, { a: null, b: 1 }],
  ['a new array keeps its own nulls, but not those in its objects', {}, { a: [null, { b: null }] }, { a: [null, {}] }],
  ['an array that takes the place of an object keeps all nulls', { a: {} }, { a: [{ b: null }] }, { a: [{ b: null }] }],
  ['an array replaces the document', { a: 1 }, [1], [1]],
]

for (const [about, document, patch, value] of cases) {
  test(about, () => {
    const before = structuredClone({ document, patch })
    assert.deepEqual(applyMergePatch(document, patch), { ok: true, value })
    assert.deepEqual({ document, patch }, before, 'neither the document nor the patch may change')
  })
}

for (const patch of [null, 1, 'text', true]) {
  test(`${JSON.stringify(patch)} is no merge patch`, () => {
    assert.deepEqual(applyMergePatch({}, patch), { ok: false, error: { code: 400, message: 'Invalid JSON Patch' } })
  })
}

const scalar = fc.oneof(fc.integer(), fc.string(), fc.boolean())
const { value: withoutNull } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(scalar, { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')),
  ),
}))
const { value: withNull } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.constant(null),
    fc.array(scalar, { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')),
  ),
}))
const objectWithoutNull = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), withoutNull).map(cloneJson)
const objectWithNull = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), withNull).map(cloneJson)

function merged(document: JsonObject, patch: Json): JsonObject {
  const result = applyMergePatch(document, patch)
  assert.ok(result.ok)
  return result.value as JsonObject
}

/** The pseudo code of RFC 7396, section 2, on entries instead of objects. */
function model(target: Json | undefined, patch: Json): Json {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const isObject = typeof target === 'object' && target !== null && !Array.isArray(target)
  const entries = new Map(isObject ? Object.entries(target) : [])
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) entries.delete(key)
    else entries.set(key, model(entries.get(key), value))
  }
  return Object.fromEntries(entries)
}

test('merging is what RFC 7396 says', () => {
  fc.assert(
    fc.property(objectWithNull, objectWithNull, (document, patch) => {
      assert.deepEqual(merged(document, patch), cloneJson(model(document, patch)))
    }),
  )
})

test('a patch applied twice is a patch applied once', () => {
  fc.assert(
    fc.property(objectWithoutNull, objectWithNull, (document, patch) => {
      const once = merged(document, patch)
      assert.deepEqual(merged(once, patch), once)
    }),
  )
})

test('an object without nulls, as a patch of nothing, is itself', () => {
  fc.assert(
    fc.property(objectWithoutNull, (document) => {
      assert.deepEqual(merged({}, document), document)
    }),
  )
})
