import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applyDefaults } from './default.ts'
import { parsed, schemaAndValue } from './schema-arbitrary.ts'

const one = { type: 'integer', default: 1 }
const item = { type: 'object', properties: { x: one } }

const schema = parsed({
  type: 'object',
  properties: {
    text: { type: 'string', default: 'T' },
    nullable: { type: 'string', default: 'N', nullable: true },
    plain: { type: 'object' },
    nested: {
      type: 'object',
      default: {},
      properties: { inner: { type: 'object', default: {}, properties: { x: one } } },
    },
    list: { type: 'array', items: item },
    numbers: { type: 'array', items: one },
    map: { type: 'object', additionalProperties: item },
  },
})
const DEFAULTS = { text: 'T', nullable: 'N', nested: { inner: { x: 1 } } }

const cases = [
  { name: 'absent fields are filled in, also within defaults', value: {}, after: DEFAULTS },
  {
    name: 'what is there stays, however empty',
    value: { text: '', nested: { inner: { x: 0 } } },
    after: { ...DEFAULTS, text: '', nested: { inner: { x: 0 } } },
  },
  {
    name: 'null where it is not allowed gives way to the default',
    value: { text: null, nested: null },
    after: DEFAULTS,
  },
  { name: 'null where it is allowed stays', value: { nullable: null }, after: { ...DEFAULTS, nullable: null } },
  { name: 'null without a default is dropped', value: { plain: null }, after: DEFAULTS },
  {
    name: 'items are filled in; a null without a default cannot be dropped',
    value: { list: [{}, null], numbers: [null, 2] },
    after: { ...DEFAULTS, list: [{ x: 1 }, null], numbers: [1, 2] },
  },
  {
    name: 'values of maps are filled in',
    value: { map: { a: {}, b: null } },
    after: { ...DEFAULTS, map: { a: { x: 1 } } },
  },
  { name: 'unknown fields are left alone', value: { other: null }, after: { ...DEFAULTS, other: null } },
]

for (const { name, value, after } of cases) {
  test(name, () => {
    const object = structuredClone(value)
    applyDefaults(schema, object)
    assert.deepEqual(object, after)
  })
}

test('defaults are copied', () => {
  const first: { nested?: { inner: { x: number } } } = {}
  const second: { nested?: { inner: { x: number } } } = {}
  applyDefaults(schema, first)
  applyDefaults(schema, second)
  assert.ok(first.nested !== undefined)
  first.nested.inner.x = 5
  assert.equal(second.nested?.inner.x, 1)
})

test('a default for __proto__ makes a field of that name', () => {
  const properties = JSON.parse('{"__proto__": {"type": "string", "default": "x"}}')
  const object = {}
  applyDefaults(parsed({ type: 'object', properties }), object)
  assert.equal(JSON.stringify(object), '{"__proto__":"x"}')
  assert.equal(Object.getPrototypeOf(object), Object.prototype)
})

test('defaulting twice is defaulting once', () => {
  fc.assert(
    fc.property(schemaAndValue(), ({ schema, value }) => {
      applyDefaults(schema, value)
      const once = structuredClone(value)
      applyDefaults(schema, value)
      assert.deepEqual(value, once)
    }),
  )
})
