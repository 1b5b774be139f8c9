import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../machinery/index.ts'
import { publishedSchema } from './custom-schema.ts'

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }]
const CASES: readonly (readonly [title: string, source: JsonObject, v3: JsonObject, v2: JsonObject])[] = [
  [
    'keywords that say nothing are left out, and values are not',
    { type: 'object', uniqueItems: false, required: [], pattern: '', default: false, additionalProperties: false },
    { type: 'object', default: false, additionalProperties: false },
    { type: 'object', additionalProperties: false },
  ],
  [
    'a number or a text is said in both ways',
    { 'x-kubernetes-int-or-string': true },
    { 'x-kubernetes-int-or-string': true, anyOf: INT_OR_STRING },
    { 'x-kubernetes-int-or-string': true },
  ],
  [
    'a number or a text that has alternatives already',
    { 'x-kubernetes-int-or-string': true, anyOf: [{ pattern: 'a' }] },
    { 'x-kubernetes-int-or-string': true, anyOf: [{ pattern: 'a' }], allOf: [{ anyOf: INT_OR_STRING }] },
    { 'x-kubernetes-int-or-string': true },
  ],
  [
    'a number or a text that says so by itself',
    { 'x-kubernetes-int-or-string': true, allOf: [{ anyOf: INT_OR_STRING }, { pattern: 'a' }] },
    { 'x-kubernetes-int-or-string': true, allOf: [{ anyOf: INT_OR_STRING }, { pattern: 'a' }] },
    { 'x-kubernetes-int-or-string': true },
  ],
  [
    'what may be null has no type in Swagger, and is not required there',
    {
      type: 'object',
      required: ['a', 'b'],
      properties: { a: { type: 'string', nullable: true }, b: { type: 'array', items: { type: 'string' } } },
    },
    {
      type: 'object',
      required: ['a', 'b'],
      properties: { a: { type: 'string', nullable: true }, b: { type: 'array', items: { type: 'string' } } },
    },
    { type: 'object', required: ['b'], properties: { a: {}, b: { type: 'array', items: { type: 'string' } } } },
  ],
  [
    'what may hold anything has no fields in Swagger',
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { a: { type: 'string' } } },
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { a: { type: 'string' } } },
    { 'x-kubernetes-preserve-unknown-fields': true },
  ],
  [
    'fields may be called as keywords are',
    { type: 'object', properties: { default: { type: 'string', default: 'x' }, items: { type: 'integer' } } },
    { type: 'object', properties: { default: { type: 'string', default: 'x' }, items: { type: 'integer' } } },
    { type: 'object', properties: { default: { type: 'string' }, items: { type: 'integer' } } },
  ],
]

for (const [title, source, v3, v2] of CASES) {
  test(title, () => {
    const before = structuredClone(source)
    assert.deepEqual(publishedSchema(source, 'v3'), v3)
    assert.deepEqual(publishedSchema(source, 'v2'), v2)
    assert.deepEqual(source, before, 'the definition is left as it is')
  })
}

test('an object inside of another has its type and metadata', () => {
  const source = { type: 'object', 'x-kubernetes-embedded-resource': true, required: ['kind'] }
  const { properties, required } = publishedSchema(source, 'v3') as { properties: JsonObject; required: string[] }
  assert.deepEqual(Object.keys(properties), ['apiVersion', 'kind', 'metadata'])
  assert.deepEqual(required, ['kind', 'apiVersion'])
  const open = { ...source, 'x-kubernetes-preserve-unknown-fields': true }
  assert.equal(publishedSchema(open, 'v2').properties, undefined)
})
