import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMap } from './config-map.ts'
import { dropNullFields } from './null-fields.ts'
import { roleBinding } from './role-binding.ts'

test('nulls of fields go, nulls in a map of texts are empty texts', () => {
  const object = { data: { a: null, b: '1' }, binaryData: null, immutable: null }
  assert.ok(configMap.schema)
  dropNullFields(configMap.schema, object)
  assert.deepEqual(object, { data: { a: '', b: '1' } })
})

test('nulls inside lists of objects go as well', () => {
  const object = { subjects: [{ kind: 'User', name: 'a', namespace: null }], roleRef: { apiGroup: null } }
  assert.ok(roleBinding.schema)
  dropNullFields(roleBinding.schema, object)
  assert.deepEqual(object, { subjects: [{ kind: 'User', name: 'a' }], roleRef: {} })
})
