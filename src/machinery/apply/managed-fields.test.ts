import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../object.ts'
import { decodeManagedFields, encodeManagedFields, identityOf, printManager } from './managed-fields.ts'

function entry(fields: JsonObject): JsonObject {
  return {
    manager: 'm',
    operation: 'Update',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:a': {} },
    ...fields,
  }
}

test('entries come in the order of operation, time, manager, version and subresource', () => {
  const ordered = [
    entry({ operation: 'Apply', time: '2026-01-01T00:00:05Z', manager: 'z' }),
    entry({ manager: 'no-time' }),
    entry({ time: '2026-01-01T00:00:01Z', manager: 'b' }),
    entry({ time: '2026-01-01T00:00:02Z', manager: 'a' }),
    entry({ time: '2026-01-01T00:00:02Z', manager: 'a', apiVersion: 'v2' }),
    entry({ time: '2026-01-01T00:00:02Z', manager: 'a', apiVersion: 'v2', subresource: 'status' }),
  ]
  const decoded = decodeManagedFields(ordered.toReversed())
  assert.ok(decoded.ok)
  assert.deepEqual(encodeManagedFields(decoded.value), ordered)
})

test('entries of one identity are one; an applier is the same in every version', () => {
  const applied = [entry({ operation: 'Apply', apiVersion: 'v1' }), entry({ operation: 'Apply', apiVersion: 'v2' })]
  const decoded = decodeManagedFields(applied)
  assert.ok(decoded.ok)
  assert.deepEqual([...decoded.value.managers.keys()], ['{"manager":"m","operation":"Apply"}'])
})

test('entries that are not understood are refused with upstream’s words', () => {
  const cases: [JsonObject, string][] = [
    [{ operation: 'Delete' }, 'operation must be `Apply` or `Update`'],
    [{ apiVersion: '' }, 'apiVersion must not be empty'],
    [{ fieldsType: '' }, 'missing fieldsType in managed fields entry 0'],
    [{ fieldsType: 'FieldsV2' }, 'invalid fieldsType "FieldsV2" in managed fields entry 0'],
    [{ fieldsV1: { a: {} } }, 'error decoding set: parsing key as path element: key must be 2 characters long:'],
  ]
  for (const [fields, error] of cases) assert.deepEqual(decodeManagedFields([entry(fields)]), { ok: false, error })
})

test('messages name an updater with its version and an applier without', () => {
  const identity = { manager: 'a"b', apiVersion: 'apps/v1', subresource: '' }
  assert.equal(printManager(identityOf({ ...identity, operation: 'Update' })), '"a\\"b" using apps/v1')
  assert.equal(
    printManager(identityOf({ ...identity, operation: 'Apply', subresource: 'scale' })),
    '"a\\"b" with subresource "scale"',
  )
})
