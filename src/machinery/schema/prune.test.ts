import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pruneValue } from './prune.ts'
import { parsed, schemaAndValue } from './schema-arbitrary.ts'

const PRESERVE = { 'x-kubernetes-preserve-unknown-fields': true }
const integer = { type: 'integer' }

const cases = [
  {
    name: 'unknown fields go, at every depth, and are named in order',
    schema: {
      type: 'object',
      properties: { a: integer, list: { type: 'array', items: { type: 'object', properties: { a: integer } } } },
    },
    value: { z: 1, a: 1, list: [{ a: 1 }, { a: 1, z: 2 }] },
    left: { a: 1, list: [{ a: 1 }, { a: 1 }] },
    dropped: ['spec.list[1].z', 'spec.z'],
  },
  {
    name: 'unknown fields stay where they are preserved, and what is specified below them is pruned again',
    schema: { type: 'object', ...PRESERVE, properties: { known: { type: 'object', properties: { a: integer } } } },
    value: { other: { x: 1 }, known: { a: 1, x: 1 } },
    left: { other: { x: 1 }, known: { a: 1 } },
    dropped: ['spec.known.x'],
  },
  {
    name: 'any key of a map stays',
    schema: { type: 'object', additionalProperties: { type: 'object', properties: { a: integer } } },
    value: { x: { a: 1, b: 2 }, y: {} },
    left: { x: { a: 1 }, y: {} },
    dropped: ['spec.x.b'],
  },
  {
    name: 'additionalProperties: true specifies keys and nothing below',
    schema: { type: 'object', additionalProperties: true },
    value: { x: { a: 1 }, y: 2 },
    left: { x: {}, y: 2 },
    dropped: ['spec.x.a'],
  },
  {
    name: 'a list that preserves unknown fields hands that on to its items, and no further',
    schema: { type: 'array', ...PRESERVE, items: { type: 'object', properties: { a: { type: 'object' } } } },
    value: [{ a: { x: 1 }, z: { y: 1 } }],
    left: [{ a: {}, z: { y: 1 } }],
    dropped: ['spec[0].a.x'],
  },
  {
    name: 'an embedded resource keeps apiVersion, kind and the metadata that there is',
    schema: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: { type: 'object' } } },
    value: { apiVersion: 'v1', kind: 'K', metadata: { name: 'n', mood: 'good', labels: {} }, spec: {}, data: 1 },
    left: { apiVersion: 'v1', kind: 'K', metadata: { name: 'n' }, spec: {} },
    dropped: ['spec.data', 'spec.metadata.mood'],
  },
]

for (const { name, schema, value, left, dropped } of cases) {
  test(name, () => {
    const object = { spec: structuredClone(value) }
    const paths = pruneValue(parsed({ type: 'object', properties: { spec: schema } }), object, { isResourceRoot: true })
    assert.deepEqual(object.spec, left)
    assert.deepEqual(paths, dropped)
  })
}

test('apiVersion, kind and metadata of a whole object are implied', () => {
  const object = { apiVersion: 'v1', kind: 'K', metadata: { anything: 1 }, other: 1 }
  assert.deepEqual(pruneValue(parsed({ type: 'object' }), object, { isResourceRoot: true }), ['other'])
  assert.deepEqual(object, { apiVersion: 'v1', kind: 'K', metadata: { anything: 1 } })
})

test('pruning twice is pruning once', () => {
  fc.assert(
    fc.property(schemaAndValue(), ({ schema, value }) => {
      pruneValue(schema, value, { isResourceRoot: true })
      const once = structuredClone(value)
      assert.deepEqual(pruneValue(schema, value, { isResourceRoot: true }), [])
      assert.deepEqual(value, once)
    }),
  )
})
