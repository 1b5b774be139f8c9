import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../object.ts'
import { embeddedTypeError, validateEmbeddedResources } from './embedded-metadata.ts'
import { parsed } from './schema-arbitrary.ts'

const schema = parsed({
  type: 'object',
  properties: {
    template: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
  },
})
const typed = { apiVersion: 'v1', kind: 'Pod' }

const cases = [
  { name: 'apiVersion and kind alone', template: typed, causes: [] },
  {
    name: 'nothing',
    template: {},
    causes: ['template.apiVersion: Required value', 'template.kind: Required value'],
  },
  {
    name: 'empty texts',
    template: { apiVersion: '', kind: '' },
    causes: [
      'template.apiVersion: Invalid value: "": must not be empty',
      'template.kind: Invalid value: "": must not be empty',
    ],
  },
  {
    name: 'other types',
    template: { apiVersion: 1, kind: {} },
    causes: [
      'template.apiVersion: Invalid value: 1: must be a string',
      'template.kind: Invalid value: {}: must be a string',
    ],
  },
  {
    name: 'an apiVersion with two slashes',
    template: { apiVersion: 'a/b/c', kind: 'Pod' },
    causes: ['template.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c'],
  },
  {
    name: 'metadata that is a text',
    template: { ...typed, metadata: 'x' },
    causes: [
      'template.metadata: Invalid value: "x": json: cannot unmarshal string into Go value of type v1.ObjectMeta',
    ],
  },
  {
    name: 'a label that is a number',
    template: { ...typed, metadata: { labels: { a: 1 } } },
    causes: [
      'template.metadata: Invalid value: {"labels":{"a":1}}: json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
    ],
  },
  {
    name: 'a name that cannot be part of a path',
    template: { ...typed, metadata: { name: 'a/b' } },
    causes: ['template.metadata.name: Invalid value: "a/b": may not contain \'/\''],
  },
  { name: 'metadata without a name', template: { ...typed, metadata: { namespace: 'team-a' } }, causes: [] },
]

for (const { name, template, causes } of cases) {
  test(`an embedded resource with ${name} is ${causes.length === 0 ? 'valid' : 'refused'}`, () => {
    assert.deepEqual(
      validateEmbeddedResources(schema, { template }, '').map((cause) => `${cause.field}: ${cause.message}`),
      causes,
    )
  })
}

const UNREADABLE: readonly (readonly [string, Json, string | undefined])[] = [
  ['nothing', {}, undefined],
  ['empty texts', { apiVersion: '', kind: '' }, undefined],
  ['an apiVersion that is a number', { apiVersion: 1 }, 'template.apiVersion: Invalid value: 1: must be a string'],
  ['a kind that is null', { kind: null }, 'template.kind: Invalid value: null: must be a string'],
  [
    'metadata of which much is wrong',
    { metadata: { name: 5, labels: 'x' } },
    'template.metadata: Invalid value: {"labels":"x","name":5}: json: cannot unmarshal string into Go struct field ObjectMeta.labels of type map[string]string',
  ],
]

for (const [name, template, fault] of UNREADABLE) {
  test(`an embedded resource with ${name} can${fault === undefined ? '' : 'not'} be read`, () => {
    assert.equal(embeddedTypeError(schema, { template }), fault)
  })
}
