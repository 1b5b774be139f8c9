import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validateValue } from '../../machinery/index.ts'
import { secret } from './secret.ts'
import { objectOf } from './try-write.ts'

const CASES: readonly (readonly [unknown, boolean])[] = [
  ['', true],
  ['YQ==', true],
  ['YWFh\nYWFh\n', true],
  ['not base64!', false],
  [1, false],
]

for (const [value, valid] of CASES) {
  test(`bytes in a built-in kind ${valid ? 'may' : 'may not'} be ${JSON.stringify(value)}`, () => {
    assert.ok(secret.schema)
    assert.equal(validateValue(secret.schema, objectOf(secret, { data: { a: value } }), '').length === 0, valid)
  })
}

test('the published schema still calls them bytes', () => {
  const { data } = (secret.openAPIV3Schema?.properties ?? {}) as Record<string, { additionalProperties: unknown }>
  assert.deepEqual(data?.additionalProperties, { type: 'string', format: 'byte' })
})
