import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ObjectMeta, OwnerReference } from '../object.ts'
import { nameIsDNSSubdomain } from './name-rule.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './object-meta.ts'

const owner: OwnerReference = { apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: 'u1', controller: true }

function created(metadata: ObjectMeta, namespaced = true): string[] {
  const causes = validateObjectMeta(metadata, { namespaced, nameRule: nameIsDNSSubdomain })
  return causes.map((cause) => `${cause.field}: ${cause.message}`)
}

function beginsWith(actual: readonly string[], expected: readonly string[]): void {
  assert.equal(actual.length, expected.length, actual.join('\n'))
  for (const [index, text] of expected.entries()) assert.ok(actual[index]?.startsWith(text), actual[index] ?? '')
}

const named = { name: 'a', namespace: 'default' }

const creations: { about: string; metadata: ObjectMeta; namespaced?: boolean; messages: string[] }[] = [
  { about: 'valid metadata', metadata: { ...named, labels: { app: 'x' }, finalizers: ['a.b/c'] }, messages: [] },
  {
    about: 'no name',
    metadata: { namespace: 'default' },
    messages: ['metadata.name: Required value: name or generateName is required'],
  },
  {
    about: 'a bad name',
    metadata: { ...named, name: 'A' },
    messages: ['metadata.name: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of'],
  },
  {
    about: 'a generateName whose only faults are in the two characters that upstream masks',
    metadata: { ...named, generateName: 'A-' },
    messages: [],
  },
  {
    about: 'a bad generateName of three characters',
    metadata: { ...named, generateName: 'A--' },
    messages: ['metadata.generateName: Invalid value: "A--": a lowercase RFC 1123 subdomain must consist of'],
  },
  { about: 'no namespace', metadata: { name: 'a' }, messages: ['metadata.namespace: Required value'] },
  {
    about: 'a namespace on a cluster-scoped kind',
    metadata: named,
    namespaced: false,
    messages: ['metadata.namespace: Forbidden: not allowed on this type'],
  },
  {
    about: 'a bad namespace',
    metadata: { name: 'a', namespace: 'a.b' },
    messages: ['metadata.namespace: Invalid value: "a.b": must not contain dots'],
  },
  {
    about: 'a negative generation',
    metadata: { ...named, generation: -1 },
    messages: ['metadata.generation: Invalid value: -1: must be greater than or equal to 0'],
  },
  {
    about: 'a bad label key and a bad label value',
    metadata: { ...named, labels: { '-a': '-b' } },
    messages: [
      'metadata.labels: Invalid value: "-a": name part must consist of',
      'metadata.labels: Invalid value: "-b": a valid label must be an empty string or consist of',
    ],
  },
  {
    about: 'an annotation key whose prefix has capital letters',
    metadata: { ...named, annotations: { 'Example.COM/a': 'any text at all' } },
    messages: [],
  },
  {
    about: 'annotations above 256 KiB',
    metadata: { ...named, annotations: { a: 'x'.repeat(256 * 1024) } },
    messages: ['metadata.annotations: Too long: may not be more than 262144 bytes'],
  },
  {
    about: 'annotations of exactly 256 KiB',
    metadata: { ...named, annotations: { a: 'x'.repeat(256 * 1024 - 1) } },
    messages: [],
  },
  {
    about: 'an owner reference without anything',
    metadata: { ...named, ownerReferences: [{ apiVersion: '', kind: '', name: '', uid: '' }] },
    messages: [
      'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
      'metadata.ownerReferences.kind: Invalid value: "": must not be empty',
      'metadata.ownerReferences.name: Invalid value: "": must not be empty',
      'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
    ],
  },
  {
    about: 'an Event as owner',
    metadata: { ...named, ownerReferences: [{ uid: 'u', name: 'e', kind: 'Event', apiVersion: 'v1' }] },
    messages: [
      'metadata.ownerReferences: Invalid value: {"apiVersion":"v1","kind":"Event","name":"e","uid":"u"}: /v1, Kind=Event is disallowed from being an owner',
    ],
  },
  {
    about: 'an owner of the core group, written with a slash',
    metadata: { ...named, ownerReferences: [{ uid: 'u', name: 'e', kind: 'ConfigMap', apiVersion: '/v1' }] },
    messages: [],
  },
  {
    about: 'two controllers',
    metadata: { ...named, ownerReferences: [owner, { ...owner, name: 'w2', uid: 'u2' }] },
    messages: [
      'metadata.ownerReferences: Invalid value: [{"apiVersion":"example.com/v1","kind":"Widget","name":"w","uid":"u1","controller":true},{"apiVersion":"example.com/v1","kind":"Widget","name":"w2","uid":"u2","controller":true}]: Only one reference can have Controller set to true. Found "true" in references for Widget/w and Widget/w2',
    ],
  },
  {
    about: 'a bad finalizer',
    metadata: { ...named, finalizers: ['a b'] },
    messages: ['metadata.finalizers: Invalid value: "a b": name part must consist of'],
  },
  {
    about: "both of the garbage collector's finalizers",
    metadata: { ...named, finalizers: ['orphan', 'foregroundDeletion'] },
    messages: [
      'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
    ],
  },
  {
    about: 'bad managed fields',
    metadata: {
      ...named,
      managedFields: [{ operation: 'Merge', fieldsType: 'FieldsV2', manager: 'a\u0007', subresource: 'x'.repeat(257) }],
    },
    messages: [
      'metadata.managedFields[0].operation: Invalid value: "Merge": must be `Apply` or `Update`',
      'metadata.managedFields[0].fieldsType: Invalid value: "FieldsV2": must be `FieldsV1`',
      'metadata.managedFields[0].manager: Invalid value: "a\\a": invalid character U+0007 (at position 1)',
      'metadata.managedFields[0].subresource: Too long: may not be more than 256 bytes',
    ],
  },
]

for (const { about, metadata, namespaced, messages } of creations) {
  test(`validateObjectMeta: ${about}`, () => {
    beginsWith(created(metadata, namespaced), messages)
  })
}

const stored: ObjectMeta = {
  name: 'a',
  namespace: 'default',
  uid: 'u',
  resourceVersion: '256',
  creationTimestamp: '2026-01-02T03:04:05Z',
  finalizers: ['example.com/a'],
}
const deleting: ObjectMeta = { ...stored, deletionTimestamp: '2026-01-02T03:04:06Z', deletionGracePeriodSeconds: 0 }

const updates: { about: string; updated: ObjectMeta; stored: ObjectMeta; messages: string[] }[] = [
  { about: 'no change', updated: stored, stored, messages: [] },
  {
    about: 'every immutable field changed',
    updated: { ...stored, name: 'b', namespace: 'c', uid: 'd', creationTimestamp: null, deletionTimestamp: 'x' },
    stored,
    messages: [
      'metadata.name: Invalid value: "b": field is immutable',
      'metadata.namespace: Invalid value: "c": field is immutable',
      'metadata.uid: Invalid value: "d": field is immutable',
      'metadata.creationTimestamp: Invalid value: null: field is immutable',
      'metadata.deletionTimestamp: Invalid value: "x": field is immutable',
    ],
  },
  {
    about: 'a grace period removed',
    updated: { ...deleting, deletionGracePeriodSeconds: 5 },
    stored: deleting,
    messages: ['metadata.deletionGracePeriodSeconds: Invalid value: 5: field is immutable'],
  },
  {
    about: 'no resourceVersion and a smaller generation',
    updated: { ...stored, resourceVersion: '', generation: 1 },
    stored: { ...stored, generation: 2 },
    messages: [
      'metadata.resourceVersion: Invalid value: "": must be specified for an update',
      'metadata.generation: Invalid value: 1: must not be decremented',
    ],
  },
  {
    about: 'a finalizer added while nothing is being deleted',
    updated: { ...stored, finalizers: ['x'] },
    stored,
    messages: [],
  },
  {
    about: 'finalizers added during deletion',
    updated: { ...deleting, finalizers: ['y', 'x', 'example.com/a'] },
    stored: deleting,
    messages: [
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"x", "y"}',
    ],
  },
  {
    about: 'a finalizer removed during deletion',
    updated: { ...deleting, finalizers: [] },
    stored: deleting,
    messages: [],
  },
]

for (const { about, updated, stored: before, messages } of updates) {
  test(`validateObjectMetaUpdate: ${about}`, () => {
    beginsWith(
      validateObjectMetaUpdate(updated, before).map((cause) => `${cause.field}: ${cause.message}`),
      messages,
    )
  })
}

test('a hundred thousand wrong labels are that many faults', () => {
  const labels = Object.fromEntries(Array.from({ length: 150_000 }, (_, index) => [`/${index}`, '']))
  const causes = validateObjectMeta({ name: 'a', labels }, { namespaced: false, nameRule: nameIsDNSSubdomain })
  assert.equal(causes.length, 150_000)
})
