import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../machinery/index.ts'
import { patchedText } from './patched-text.ts'

const base: JsonObject = {
  kind: 'ConfigMap',
  metadata: { labels: { z: '1', b: '<' }, name: 'one', managedFields: [{ operation: 'Update', manager: 'm' }] },
  data: { z: '1', a: '2' },
}

test('a custom resource is shown in the order of the alphabet, all of it', () => {
  const expected = String.raw`{"data":{"a":"2","z":"1"},"kind":"ConfigMap","metadata":{"labels":{"b":"\u003c","z":"1"},"managedFields":[{"manager":"m","operation":"Update"}],"name":"one"}}`
  assert.equal(patchedText(base, undefined), expected)
})

test('of a built-in kind only what the patch went into is, and the rest in the order of its structs', () => {
  const patched = { ...base, data: { z: '3', a: '2' } }
  const expected = String.raw`{"data":{"a":"2","z":"3"},"kind":"ConfigMap","metadata":{"name":"one","labels":{"z":"1","b":"\u003c"},"managedFields":[{"manager":"m","operation":"Update"}]}}`
  assert.equal(patchedText(patched, base), expected)
})
