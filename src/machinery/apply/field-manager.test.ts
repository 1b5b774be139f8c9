import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Json, JsonObject, KubeObject } from '../object.ts'
import { conflictCauses, conflictMessage } from './conflict.ts'
import { applyPatch, type FieldManager, managedAfterUpdate } from './field-manager.ts'
import { fieldSetOf } from './field-set.ts'
import { ATOMIC_WIDGET, WIDGET } from './test-schema.ts'
import type { Versions } from './updater.ts'

const V1 = 'example.com/v1'
const V2 = 'example.com/v2'
const NOW = '2026-01-02T03:04:05Z'
const EMPTY = { apiVersion: V1, kind: 'Widget' }

/** v1 and v2 are served; in v2 nothing is granular. */
const versions: Versions = {
  isForeign: () => false,
  typeAt: (apiVersion) => (apiVersion === V1 ? WIDGET : apiVersion === V2 ? ATOMIC_WIDGET : undefined),
  convert: (object, _from, to) => ({ ...(object as JsonObject), apiVersion: to }),
  ignoredAt: () => fieldSetOf(['f:status']),
}

function manager(name: string, fields: Partial<FieldManager> = {}): FieldManager {
  return { name, apiVersion: V1, subresource: '', versions, empty: EMPTY, now: NOW, ...fields }
}

function widget(spec: Json, metadata: JsonObject = {}, apiVersion = V1): KubeObject {
  return { apiVersion, kind: 'Widget', metadata: { name: 'w', ...metadata }, spec } as KubeObject
}

/** What the server does with a plain write. */
function update(
  live: KubeObject | undefined,
  name: string,
  spec: Json,
  fields: Partial<FieldManager> = {},
): KubeObject {
  const written = widget(spec, {}, fields.apiVersion ?? V1)
  const managedFields = managedAfterUpdate(manager(name, fields), live, written)
  const metadata = { ...written.metadata, uid: 'u', ...(managedFields !== undefined && { managedFields }) }
  return { ...written, metadata }
}

/** An apply that must succeed. */
function apply(
  live: KubeObject | undefined,
  name: string,
  spec: Json,
  force = false,
  fields: Partial<FieldManager> = {},
): KubeObject {
  const outcome = applyPatch(manager(name, fields), live, widget(spec, {}, fields.apiVersion ?? V1), force)
  assert.equal(outcome.type, 'applied', JSON.stringify(outcome))
  assert.ok(outcome.type === 'applied')
  outcome.object.metadata.uid = 'u'
  return outcome.object
}

function conflictOf(live: KubeObject, name: string, spec: Json): string {
  const outcome = applyPatch(manager(name), live, widget(spec), false)
  assert.ok(outcome.type === 'conflicts', JSON.stringify(outcome))
  return conflictMessage(outcome.conflicts)
}

/** `manager operation`: the fields of the spec. */
function owners(object: KubeObject): Record<string, Json> {
  const entries = (object.metadata.managedFields ?? []) as JsonObject[]
  return Object.fromEntries(
    entries.map(({ manager, operation, fieldsV1 }) => [
      `${manager} ${operation}`,
      (fieldsV1 as JsonObject)['f:spec'] ?? {},
    ]),
  )
}

test('an entry says who wrote what, how, when and in which version', () => {
  const created = update(undefined, 'kubectl-create', { text: 'a' })
  assert.deepEqual(created.metadata.managedFields, [
    {
      manager: 'kubectl-create',
      operation: 'Update',
      apiVersion: V1,
      time: NOW,
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { '.': {}, 'f:text': {} } },
    },
  ])
  const applied = apply(undefined, 'me', { text: 'a' }, false, { subresource: 'status' })
  assert.deepEqual(applied.metadata.managedFields, [
    {
      manager: 'me',
      operation: 'Apply',
      apiVersion: V1,
      time: NOW,
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:text': {} } },
      subresource: 'status',
    },
  ])
})

test('a plain write takes the fields that it changes and no others', () => {
  const created = update(undefined, 'one', { text: 'a', number: 1, granular: { x: '1' } })
  const updated = update(created, 'two', { text: 'b', number: 1, granular: { x: '1', y: '1' } })
  assert.deepEqual(owners(updated), {
    'one Update': { '.': {}, 'f:granular': { '.': {}, 'f:x': {} }, 'f:number': {} },
    'two Update': { 'f:granular': { 'f:y': {} }, 'f:text': {} },
  })
  assert.deepEqual(owners(update(updated, 'three', { number: 1 })), { 'one Update': { '.': {}, 'f:number': {} } })
})

test('an applier owns what it says, with others that say the same', () => {
  const created = update(undefined, 'one', { text: 'a' })
  const applied = apply(created, 'two', { text: 'a' })
  assert.deepEqual(owners(applied), { 'two Apply': { 'f:text': {} }, 'one Update': { '.': {}, 'f:text': {} } })
})

test('a field that an applier no longer says goes, unless someone else owns it', () => {
  const both = {
    text: 'a',
    granular: { x: '1', y: '1' },
    set: ['a', 'b'],
    ports: [{ port: 1, name: 'one' }, { port: 2 }],
  }
  const first = apply(undefined, 'one', both)
  assert.deepEqual(apply(first, 'one', { text: 'a' }).spec, { text: 'a' })
  const shared = apply(first, 'two', { granular: { y: '1' }, set: ['b'], ports: [{ port: 1 }] })
  const pruned = apply(shared, 'one', { text: 'a' })
  assert.deepEqual(pruned.spec, { text: 'a', granular: { y: '1' }, set: ['b'], ports: [{ port: 1 }] })
})

test('what an updater added stays when an applier leaves its map', () => {
  const applied = apply(undefined, 'one', { granular: { x: '1' }, struct: { a: '1' } })
  const updated = update(applied, 'two', { granular: { x: '1', y: '2' }, struct: { a: '1', b: '2' } })
  assert.deepEqual(apply(updated, 'one', {}).spec, { granular: { y: '2' }, struct: { b: '2' } })
})

test('changing what someone else owns is a conflict that names owner and field', () => {
  const created = update(undefined, 'kubectl-client-side-apply', { text: 'a', number: 1 })
  assert.equal(
    conflictOf(created, 'me', { text: 'b' }),
    `Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using ${V1}: .spec.text`,
  )
  const applied = apply(created, 'other', { granular: { x: '1' } })
  assert.equal(
    conflictOf(applied, 'me', { text: 'b', number: 2, granular: { x: '2' } }),
    'Apply failed with 3 conflicts: ' +
      `conflicts with "kubectl-client-side-apply" using ${V1}:\n- .spec.number\n- .spec.text\n` +
      'conflicts with "other":\n- .spec.granular.x',
  )
})

test('the causes of a conflict name the manager’s subresource', () => {
  const created = update(undefined, 'one', { text: 'a' }, { subresource: 'scale' })
  const outcome = applyPatch(manager('me'), created, widget({ text: 'b' }), false)
  assert.ok(outcome.type === 'conflicts')
  const message = `conflict with "one" with subresource "scale" using ${V1}`
  assert.deepEqual(conflictCauses(outcome.conflicts), [
    { reason: 'FieldManagerConflict', message, field: '.spec.text' },
  ])
})

test('force takes the fields of a conflict over', () => {
  const created = update(undefined, 'one', { text: 'a', number: 1 })
  const forced = apply(created, 'two', { text: 'b' }, true)
  assert.deepEqual(forced.spec, { text: 'b', number: 1 })
  assert.deepEqual(owners(forced), { 'two Apply': { 'f:text': {} }, 'one Update': { '.': {}, 'f:number': {} } })
})

test('two versions of a resource know each other’s managers', () => {
  const first = apply(undefined, 'one', { text: 'a', granular: { x: '1' } })
  const again = apply(first, 'one', { text: 'a' }, false, { apiVersion: V2 })
  assert.deepEqual(again.spec, { text: 'a' })
  assert.deepEqual(owners(again), { 'one Apply': { 'f:text': {} } })
  assert.match(conflictOf(again, 'two', { text: 'b' }), /conflict with "one": \.spec\.text$/)
})

test('what managers of a version that is no longer served own is forgotten', () => {
  const created = update(undefined, 'one', { text: 'a' })
  const entries = (created.metadata.managedFields ?? []) as JsonObject[]
  created.metadata.managedFields = entries.map((entry) => ({ ...entry, apiVersion: 'example.com/v0' }))
  assert.deepEqual(owners(apply(created, 'two', { text: 'b' })), { 'two Apply': { 'f:text': {} } })
})

test('an object without managers gets one for what it has when it is first applied', () => {
  const live = widget({ text: 'a', number: 1 }, { uid: 'u' })
  assert.equal(managedAfterUpdate(manager('me'), live, widget({ text: 'b' }, { uid: 'u' })), undefined)
  assert.match(conflictOf(live, 'me', { text: 'b' }), /conflict with "before-first-apply" using/)
  assert.deepEqual(owners(apply(live, 'me', { text: 'b' }, true)), {
    'me Apply': { 'f:text': {} },
    'before-first-apply Update': { '.': {}, 'f:number': {} },
  })
})

test('a client resets managedFields with an empty list or an empty entry, and may set them', () => {
  const created = update(undefined, 'one', { text: 'a' })
  for (const managedFields of [[], [{}]]) {
    assert.equal(managedAfterUpdate(manager('two'), created, widget({ text: 'b' }, { managedFields })), undefined)
  }
  const own = (created.metadata.managedFields ?? []).map((entry) => ({ ...(entry as JsonObject), manager: 'renamed' }))
  const kept = managedAfterUpdate(manager('two'), created, widget({ text: 'a' }, { managedFields: own }))
  assert.deepEqual(kept, own)
  for (const wrong of [[{ manager: 'x' }], ['x'], [{ ...own[0], fieldsType: 'FieldsV2' }]]) {
    const unchanged = managedAfterUpdate(
      manager('two'),
      created,
      widget({ text: 'a' }, { managedFields: wrong as Json[] }),
    )
    assert.deepEqual(unchanged, created.metadata.managedFields)
  }
})

test('a configuration with managedFields is refused', () => {
  const outcome = applyPatch(manager('me'), undefined, widget({}, { managedFields: [] }), false)
  assert.deepEqual(outcome, { type: 'refused', message: 'metadata.managedFields must be nil' })
})

test('the oldest updaters become one when there are more than ten', () => {
  let live: KubeObject | undefined
  const granular: Record<string, string> = {}
  for (let i = 0; i < 13; i++) {
    granular[`k${i}`] = 'x'
    const now = `2026-01-02T03:04:${String(i).padStart(2, '0')}Z`
    live = update(live, `updater-${i}`, { granular: { ...granular } }, { now })
  }
  assert.ok(live !== undefined)
  const names = Object.keys(owners(live))
  assert.deepEqual(
    names,
    ['ancient-changes', ...Array.from({ length: 9 }, (_, i) => `updater-${i + 4}`)].map((name) => `${name} Update`),
  )
  assert.deepEqual(owners(live)['ancient-changes Update'], {
    '.': {},
    'f:granular': { '.': {}, 'f:k0': {}, 'f:k1': {}, 'f:k2': {}, 'f:k3': {} },
  })
})

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

test('kubectl does not conflict with its own client-side apply, and keeps the annotation in step', () => {
  const annotation = JSON.stringify(widget({ text: 'a', number: 1 }))
  const written = widget({ text: 'a', number: 1 }, { annotations: { [LAST_APPLIED]: annotation } })
  const managedFields = managedAfterUpdate(manager('kubectl-client-side-apply'), undefined, written) ?? []
  const live = { ...written, metadata: { ...written.metadata, uid: 'u', managedFields } }
  assert.match(conflictOf(live, 'me', { text: 'b' }), /conflict with "kubectl-client-side-apply"/)
  const outcome = applyPatch(manager('kubectl'), live, widget({ text: 'b' }), false)
  assert.ok(outcome.type === 'applied')
  assert.equal((outcome.object.spec as JsonObject).text, 'b')
  const expected = '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"text":"b"}}\n'
  assert.equal(outcome.object.metadata.annotations?.[LAST_APPLIED], expected)
})

test('fields that changed since the client-side apply are conflicts for kubectl too', () => {
  const annotation = JSON.stringify(widget({ text: 'a' }))
  const written = widget({ text: 'changed' }, { annotations: { [LAST_APPLIED]: annotation } })
  const managedFields = managedAfterUpdate(manager('one'), undefined, written) ?? []
  const live = { ...written, metadata: { ...written.metadata, uid: 'u', managedFields } }
  assert.match(conflictOf(live, 'kubectl', { text: 'b' }), /conflict with "one" using example.com\/v1: .spec.text/)
})

const spec = fc.record(
  {
    text: fc.constantFrom('a', 'b'),
    granular: fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.constantFrom('1', '2')),
    atomic: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom('1', '2')),
    set: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
    ports: fc.uniqueArray(
      fc.record({ port: fc.constantFrom(1, 2, 3), name: fc.constantFrom('n', 'm') }, { requiredKeys: ['port'] }),
      { selector: (port) => port.port },
    ),
    anything: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom<Json>(1, [1], { a: 1 }, { b: 2 })),
  },
  { requiredKeys: [] },
) as unknown as fc.Arbitrary<JsonObject>

test('applying the same twice changes nothing', () => {
  fc.assert(
    fc.property(spec, spec, spec, (live, other, config) => {
      const base = apply(update(undefined, 'one', live), 'other', other, true)
      const once = apply(base, 'me', config, true)
      assert.deepEqual(apply(once, 'me', config), once)
    }),
  )
})

test('what one applies alone is gone when one applies nothing', () => {
  fc.assert(
    fc.property(spec, (config) => {
      assert.deepEqual(apply(apply(undefined, 'me', config), 'me', {}).spec ?? {}, {})
    }),
  )
})

test('after a forced apply every field that the configuration says is as it says', () => {
  fc.assert(
    fc.property(spec, spec, (live, config) => {
      const applied = apply(update(undefined, 'one', live), 'me', config, true)
      const again = applyPatch(manager('third'), applied, widget(config), false)
      assert.equal(again.type, 'applied')
    }),
  )
})

test('managers of different fields never conflict', () => {
  fc.assert(
    fc.property(spec, spec, (left, right) => {
      const mine = Object.fromEntries(Object.entries(left).filter(([key]) => key < 'granularity'))
      const theirs = Object.fromEntries(Object.entries(right).filter(([key]) => key > 'granularity'))
      const applied = apply(apply(apply(undefined, 'me', mine), 'they', theirs), 'me', mine)
      assert.deepEqual(apply(applied, 'they', theirs), applied)
    }),
  )
})

test('an object that one of its managers cannot see has no managers any more', () => {
  const created = update(undefined, 'me', { text: 'a' })
  assert.equal(created.metadata.managedFields?.length, 1)
  const foreign = { ...versions, isForeign: (apiVersion: string) => apiVersion === 'v1' }
  const sent = { ...widget({ text: 'b' }), metadata: { managedFields: [{ ...entryOf(created), apiVersion: 'v1' }] } }
  assert.equal(managedAfterUpdate(manager('you', { versions: foreign }), created, sent), undefined)
  const narrow = { ...versions, typeAt: (at: string) => (at === V2 ? { map: NOTHING } : versions.typeAt(at)) }
  const other = { ...widget({ text: 'b' }), metadata: { managedFields: [{ ...entryOf(created), apiVersion: V2 }] } }
  assert.equal(managedAfterUpdate(manager('you', { versions: narrow }), created, other), undefined)
})

const NOTHING = { fields: new Map(), element: undefined, atomic: false }

function entryOf({ metadata }: KubeObject): JsonObject {
  return metadata.managedFields?.[0] as JsonObject
}
