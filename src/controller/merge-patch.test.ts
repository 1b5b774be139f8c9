import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isEqual, isRecord, mergePatchBetween } from './merge-patch.ts'

test('a patch names what differs, nested, and removes with null', () => {
  assert.deepEqual(mergePatchBetween({ a: 1, b: { c: 1, d: 2 }, e: [1] }, { a: 1, b: { c: 3 }, e: [1, 2] }), {
    b: { c: 3, d: null },
    e: [1, 2],
  })
})

test('equal values need no patch; an undefined field is absent', () => {
  assert.equal(mergePatchBetween({ a: [{ b: 1 }] }, { a: [{ b: 1 }], c: undefined }), undefined)
})

/** RFC 7386, section 2. */
function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const result = new Map(isRecord(target) ? Object.entries(target) : [])
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key)
    else result.set(key, applyMergePatch(result.get(key), value))
  }
  return Object.fromEntries(result)
}

/** A merge patch cannot set null, so no status holds one. */
const { object } = fc.letrec<{ object: Record<string, unknown>; value: unknown }>((tie) => ({
  object: fc.dictionary(fc.string({ maxLength: 2 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  value: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.string(), fc.boolean(), fc.array(fc.integer()), tie('object')),
}))

test('the patch turns the one into the other', () => {
  fc.assert(
    fc.property(object, object, (from, to) => {
      const patch = mergePatchBetween(from, to)
      assert.ok(isEqual(patch === undefined ? from : applyMergePatch(from, patch), to))
    }),
  )
})
