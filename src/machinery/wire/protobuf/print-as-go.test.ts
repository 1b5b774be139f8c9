import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../object.ts'
import { emptyListsDropper, printAsGo } from './print-as-go.ts'
import { messageNamed } from './registry.ts'

function printed(message: string, object: JsonObject): JsonObject {
  const copy = structuredClone(object)
  printAsGo(messageNamed(message), copy)
  return copy
}

test('lists that are always there are null where there are none', () => {
  for (const object of [{}, { rules: null }]) assert.deepEqual(printed('rbac/v1.Role', object), { rules: null })
  assert.deepEqual(printed('rbac/v1.Role', { rules: [] }), { rules: [] })
  assert.deepEqual(printed('rbac/v1.Role', { rules: [{ apiGroups: [], resources: null }] }), {
    rules: [{ verbs: null }],
  })
})

test('an empty list is none once it has been stored', () => {
  const role = { rules: [{ verbs: [] }, { verbs: ['get'] }] }
  const dropEmptyLists = emptyListsDropper(messageNamed('rbac/v1.Role'))
  dropEmptyLists?.(role)
  assert.deepEqual(role, { rules: [{ verbs: null }, { verbs: ['get'] }] })
  assert.equal(emptyListsDropper(messageNamed('core/v1.ConfigMap')), undefined)
})

test('fields that need not be there go when they are empty, but not those behind pointers', () => {
  const configMap = { data: {}, binaryData: null, immutable: false }
  assert.deepEqual(printed('core/v1.ConfigMap', configMap), { immutable: false })
  assert.deepEqual(printed('core/v1.ConfigMap', { immutable: null }), {})
  assert.deepEqual(printed('core/v1.Secret', { type: '' }), {})
})

test('a null in a map or list is the zero value', () => {
  assert.deepEqual(printed('core/v1.ConfigMap', { data: { a: null, b: '1' } }), { data: { a: '', b: '1' } })
  assert.deepEqual(printed('core/v1.Secret', { data: { a: null } }), { data: { a: '' } })
  assert.deepEqual(printed('core/v1.NamespaceSpec', { finalizers: [null] }), { finalizers: [''] })
  assert.deepEqual(printed('core/v1.ResourceQuotaSpec', { hard: { pods: null } }), { hard: { pods: '0' } })
})

test('structs that are always there are filled to the bottom', () => {
  assert.deepEqual(printed('core/v1.Event', { reason: 'Started' }), {
    involvedObject: {},
    reason: 'Started',
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: null,
    reportingComponent: '',
    reportingInstance: '',
  })
  assert.deepEqual(printed('core/v1.NamespaceStatus', { conditions: [{ type: 'A', status: 'True' }] }), {
    conditions: [{ type: 'A', status: 'True', lastTransitionTime: null }],
  })
})

test('what Go reads into one value is printed in one form', () => {
  const cases: [message: string, given: JsonObject, shown: JsonObject][] = [
    ['core/v1.ResourceQuotaSpec', { hard: { pods: 5, memory: '1024Mi' } }, { hard: { pods: '5', memory: '1Gi' } }],
    ['core/v1.Secret', { data: { a: 'YWJj\nZGVm' } }, { data: { a: 'YWJjZGVm' } }],
    [
      'core/v1.EventSeries',
      { lastObservedTime: '2026-01-02T03:04:05.123456789+01:00' },
      { lastObservedTime: '2026-01-02T02:04:05.123456Z' },
    ],
    [
      'coordination/v1.LeaseSpec',
      { renewTime: '2026-01-02T03:04:05.5Z' },
      { renewTime: '2026-01-02T03:04:05.500000Z' },
    ],
  ]
  for (const [message, given, shown] of cases) assert.deepEqual(printed(message, given), shown)
  const condition = { type: 'A', status: 'True', lastTransitionTime: '2026-01-02T03:04:05.9+02:00' }
  assert.equal(printed('core/v1.NamespaceCondition', condition).lastTransitionTime, '2026-01-02T01:04:05Z')
})

test('schemas inside of definitions, and JSON of any form, are told apart', () => {
  const schema = {
    default: null,
    enum: [],
    nullable: false,
    example: { a: null },
    items: { maximum: 0, uniqueItems: false },
    additionalProperties: false,
    properties: { a: { required: [], minLength: null } },
  }
  assert.deepEqual(printed('apiextensions/v1.JSONSchemaProps', schema), {
    example: { a: null },
    items: { maximum: 0 },
    additionalProperties: false,
    properties: { a: {} },
  })
})

test('metadata, and what the kind does not know, stay as they are', () => {
  const object = { metadata: { labels: {}, managedFields: [] }, unknown: null, data: { a: '1' } }
  assert.deepEqual(printed('core/v1.ConfigMap', object), object)
})
