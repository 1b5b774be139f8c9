import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coreEvent, event } from './event.ts'
import { cellsOf, faultsOf, NOW, objectOf, updated } from './try-write.ts'

const involvedObject = { kind: 'Widget', namespace: 'default', name: 'a' }
const reported = {
  eventTime: '2026-01-02T03:00:05.000000Z',
  reportingInstance: 'i-1',
  action: 'Create',
  reason: 'Created',
  type: 'Normal',
}
const core = { ...reported, involvedObject, message: 'made', reportingComponent: 'example.com/c' }
const modern = { ...reported, regarding: involvedObject, note: 'made', reportingController: 'example.com/c' }

test('an event reads the same in both groups', () => {
  const times = { firstTimestamp: null, lastTimestamp: null }
  const stored = objectOf(coreEvent, { ...core, ...times, count: 2, source: { component: 's' } })
  const served = event.storedForm?.fromStored(stored)
  const deprecated = {
    deprecatedCount: 2,
    deprecatedSource: { component: 's' },
    deprecatedFirstTimestamp: null,
    deprecatedLastTimestamp: null,
  }
  assert.deepEqual(served, objectOf(event, { ...modern, ...deprecated }))
  assert.deepEqual(served && event.storedForm?.toStored(served), stored)
})

test('every selectable field of events.k8s.io names one of the stored form', () => {
  const fields = event.storedForm?.fields ?? {}
  for (const field of event.selectableFields) assert.ok(coreEvent.selectableFields.includes(fields[field] ?? ''), field)
})

const CASES: readonly (readonly [string, Record<string, unknown>, string[]])[] = [
  ['of the old kind', { involvedObject, message: 'x' }, []],
  ['that says who reports what', core, []],
  [
    'about another namespace',
    { involvedObject: { ...involvedObject, namespace: 'shop' } },
    ['involvedObject.namespace: Invalid value: "shop": does not match event.namespace'],
  ],
  [
    'with a time and nothing else',
    { involvedObject, eventTime: '2026-01-01T00:00:00.000000Z' },
    [
      'reportingComponent: Required value',
      `reportingComponent: Invalid value: "": name part must be non-empty`,
      "reportingComponent: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      'reportingInstance: Required value',
      'action: Required value',
      'reason: Required value',
    ],
  ],
  [
    'with a long note',
    { ...core, message: 'x'.repeat(1025) },
    ['message: Invalid value: "": can have at most 1024 characters'],
  ],
]

for (const [what, fields, faults] of CASES) {
  test(`a core event ${what} is ${faults.length === 0 ? 'valid' : 'refused'}`, () => {
    assert.deepEqual(faultsOf(coreEvent, fields), faults)
  })
}

test('events.k8s.io asks for more than core does', () => {
  assert.deepEqual(faultsOf(event, modern), [])
  assert.deepEqual(faultsOf(event, { regarding: involvedObject, type: 'Loud', deprecatedCount: 3 }), [
    'eventTime: Required value',
    'type: Invalid value: "": has invalid value: Loud',
    'count: Invalid value: "": needs to be unset',
  ])
  assert.deepEqual(faultsOf(event, { ...modern, series: { count: 1 } }), [
    'series.count: Invalid value: "": should be at least 2',
    'series.lastObservedTime: Required value',
  ])
})

test('what an event of events.k8s.io is about does not change, its series does', () => {
  const series = { count: 2, lastObservedTime: '2026-01-02T03:04:00.000000Z' }
  assert.deepEqual(updated(event, modern, { ...modern, series }).faults, [])
  assert.deepEqual(updated(event, modern, { ...modern, note: 'other' }).faults, [
    'message: Invalid value: "other": field is immutable',
  ])
  assert.deepEqual(updated(coreEvent, core, { ...core, message: 'other' }).faults, [])
})

test('kubectl shows when, why and what about', () => {
  const old = {
    involvedObject: { ...involvedObject, fieldPath: 'spec.a' },
    message: ' made \n',
    type: 'Normal',
    reason: 'R',
  }
  const times = { firstTimestamp: '2026-01-02T02:04:05Z', lastTimestamp: '2026-01-02T03:03:35Z', count: 5 }
  assert.deepEqual(cellsOf(coreEvent, { ...old, ...times, source: { component: 'kubelet', host: 'n1' } }), {
    'Last Seen': '30s',
    Type: 'Normal',
    Reason: 'R',
    Object: 'widget/a',
    Subobject: 'spec.a',
    Source: 'kubelet, n1',
    Message: 'made',
    'First Seen': '60m',
    Count: 5,
    Name: 'test',
  })
})

test('an event of the new kind happened once, unless it is a series', () => {
  for (const [kind, fields] of [
    [coreEvent, core],
    [event, modern],
  ] as const) {
    const once = cellsOf(kind, fields)
    assert.deepEqual([once['Last Seen'], once['First Seen'], once.Count], ['4m', '4m', 1])
    const series = { count: 7, lastObservedTime: new Date(NOW - 1000).toISOString() }
    const often = cellsOf(kind, { ...fields, series })
    assert.deepEqual([often['Last Seen'], often['First Seen'], often.Count], ['1s', '4m', 7])
  }
})
