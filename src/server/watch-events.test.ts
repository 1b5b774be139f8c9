import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMap } from './builtins/config-map.ts'
import type { ObjectForm } from './form.ts'
import { encodeRow } from './row.ts'
import { bookmark, encodeEvent, eventOf } from './watch-events.ts'

const form: ObjectForm = {
  as: 'object',
  metaVersion: 'v1',
  encoding: 'json',
  pretty: false,
  asList: false,
  includeObject: 'Metadata',
  headings: true,
  now: () => 0,
  key: 'object',
}
const value = encodeRow(configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } })
const event = { type: 'ADDED', cluster: 'root', value, version: 300 } as const

test('an event is a line of JSON', () => {
  const text = encodeEvent(configMap, form, event).toString()
  assert.ok(text.endsWith('\n'))
  assert.deepEqual(JSON.parse(text), {
    type: 'ADDED',
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', resourceVersion: '300', annotations: { 'kcp.io/cluster': 'root' } },
    },
  })
})

test('one change is encoded once for all who see it, and is not kept', async () => {
  const first = encodeEvent(configMap, form, event)
  assert.equal(encodeEvent(configMap, form, event), first)
  assert.notEqual(encodeEvent(configMap, form, { ...event, type: 'DELETED' }), first)
  assert.notEqual(encodeEvent({ ...configMap }, form, event), first)
  assert.notEqual(encodeEvent(configMap, { ...form, as: 'PartialObjectMetadata', key: 'p' }, event), first)
  await new Promise(setImmediate)
  assert.notEqual(encodeEvent(configMap, form, event), first)
})

test('a bookmark says how far the watch is, and whether the initial events are over', () => {
  const metadata = { resourceVersion: '511' }
  const read = (end: boolean) =>
    JSON.parse(bookmark(configMap, form, { version: 511, initialEventsEnd: end }).toString())
  assert.deepEqual(read(false), { type: 'BOOKMARK', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata } })
  assert.deepEqual(read(true).object.metadata, { ...metadata, annotations: { 'k8s.io/initial-events-end': 'true' } })
  const table = JSON.parse(
    bookmark(configMap, { ...form, as: 'Table' }, { version: 511, initialEventsEnd: false }).toString(),
  )
  assert.deepEqual([table.type, table.object.kind, table.object.metadata], ['BOOKMARK', 'Table', metadata])
  assert.deepEqual(table.object.rows[0].object.metadata, metadata)
  assert.equal(eventOf(form, 'ERROR', { code: 410 }).toString(), '{"type":"ERROR","object":{"code":410}}\n')
})
