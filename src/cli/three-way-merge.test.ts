import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { applyMergePatch, type JsonObject } from '../machinery/index.ts'
import { threeWayMergePatch } from './three-way-merge.ts'

describe('the patch that apply sends', () => {
  const cases: [string, JsonObject, JsonObject, JsonObject, JsonObject | undefined][] = [
    ['nothing to do', { a: 1 }, { a: 1 }, { a: 1 }, undefined],
    ['a changed field', { a: 1 }, { a: 2 }, { a: 1 }, { a: 2 }],
    ['a field that another changed is set back', { a: 1 }, { a: 1 }, { a: 3 }, { a: 1 }],
    ['a field that another added stays', {}, { a: 1 }, { a: 1, b: 2 }, undefined],
    ['a field that is no longer wanted goes', { a: 1, b: 2 }, { a: 1 }, { a: 1, b: 2 }, { b: null }],
    ['a field that is gone already', { a: 1, b: 2 }, { a: 1 }, { a: 1 }, undefined],
    ['deep inside', { a: { b: 1, c: 2 } }, { a: { b: 3 } }, { a: { b: 1, c: 2, d: 4 } }, { a: { b: 3, c: null } }],
    ['a list is replaced whole', { a: [1] }, { a: [1, 2] }, { a: [1] }, { a: [1, 2] }],
    ['a wanted null is a wish for absence', {}, { a: null }, { a: 1 }, { a: null }],
    ['a null that is there stays', {}, { a: null }, { a: null }, undefined],
  ]
  for (const [name, original, wanted, live, expected] of cases) {
    it(name, () => assert.deepEqual(threeWayMergePatch(original, wanted, live), expected))
  }

  const json = fc.letrec<{ map: JsonObject; value: JsonObject[string] }>((tie) => ({
    map: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 }),
    value: fc.oneof(
      { maxDepth: 3 },
      fc.integer({ max: 3, min: 0 }),
      fc.array(fc.integer({ max: 2, min: 0 }), { maxLength: 2 }),
      tie('map'),
    ),
  })).map

  it('once applied, there is nothing left to do', () => {
    fc.assert(
      fc.property(json, json, json, (original, wanted, live) => {
        const patch = threeWayMergePatch(original, wanted, live)
        const patched = applyMergePatch(live, patch ?? {})
        assert.ok(patched.ok)
        assert.equal(threeWayMergePatch(wanted, wanted, patched.value as JsonObject), undefined)
      }),
    )
  })
})
