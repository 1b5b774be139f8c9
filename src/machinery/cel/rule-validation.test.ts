import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../object.ts'
import { decodeSchema } from '../schema/json-schema-props.ts'
import { parseStructuralSchema } from '../schema/structural.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { validateValue, validateValueUpdate } from '../schema/validate.ts'
import { validateRules } from './rule-validation.ts'

function schemaOf(json: JsonObject): StructuralSchema {
  const parsed = parseStructuralSchema(json, '')
  assert.ok(parsed.ok, JSON.stringify(parsed))
  return parsed.value
}

function object(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: 'object', properties, ...more }
}

function rules(...list: (string | JsonObject)[]): JsonObject {
  return { 'x-kubernetes-validations': list.map((rule) => (typeof rule === 'string' ? { rule } : rule)) }
}

function texts(schema: JsonObject, value: unknown, old?: unknown): string[] {
  const parsed = schemaOf(schema)
  const causes = old === undefined ? validateValue(parsed, value, '') : validateValueUpdate(parsed, value, old, '')
  return causes.map(({ field, message }) => `${field}: ${message}`)
}

const INTEGER = { type: 'integer' }
const STRING = { type: 'string' }

test('a rule sees the value of its field', () => {
  const schema = object({
    spec: object({ min: INTEGER, max: INTEGER }, rules({ rule: 'self.min <= self.max', message: 'min above max' })),
  })
  assert.deepEqual(texts(schema, { spec: { min: 1, max: 2 } }), [])
  assert.deepEqual(texts(schema, { spec: { min: 3, max: 2 } }), ['spec: Invalid value: min above max'])
})

test('scalars are told, objects and lists are not', () => {
  const schema = object({
    size: { ...INTEGER, ...rules('self < 10') },
    tags: { type: 'array', items: STRING, ...rules('self.size() < 2') },
  })
  assert.deepEqual(texts(schema, { size: 12, tags: ['a', 'b'] }), [
    'size: Invalid value: 12: failed rule: self < 10',
    'tags: Invalid value: failed rule: self.size() < 2',
  ])
})

const VALUES: readonly (readonly [what: string, schema: JsonObject, value: unknown, rule: string])[] = [
  [
    'names that are escaped',
    object({ 'my-field': INTEGER, namespace: STRING }),
    { 'my-field': 1, namespace: 'a' },
    'self.my__dash__field == 1 && self.__namespace__ == "a"',
  ],
  ['numbers', object({ a: { type: 'number' }, b: INTEGER }), { a: 1, b: 2 }, 'self.a == 1.0 && self.b + 1 == 3'],
  [
    'int or string',
    object({ port: { 'x-kubernetes-int-or-string': true } }),
    { port: '80%' },
    'type(self.port) == string && self.port.endsWith("%")',
  ],
  [
    'times',
    object({ at: { type: 'string', format: 'date-time' }, day: { type: 'string', format: 'date' } }),
    { at: '2020-01-01T01:00:00Z', day: '2020-01-01' },
    'self.at - self.day == duration("1h")',
  ],
  [
    'durations',
    object({ wait: { type: 'string', format: 'duration' } }),
    { wait: '2 days' },
    'self.wait == duration("48h")',
  ],
  ['bytes', object({ data: { type: 'string', format: 'byte' } }), { data: 'YQ==' }, 'self.data == b"a"'],
  [
    'maps',
    object({ labels: { type: 'object', additionalProperties: STRING } }),
    { labels: { 'a-b': 'c' } },
    'self.labels["a-b"] == "c" && self.labels.all(k, k.contains("-"))',
  ],
  [
    'what is absent',
    object({ a: STRING, b: STRING }),
    { a: 'x' },
    'has(self.a) && !has(self.b) && self.?b.orValue("none") == "none"',
  ],
  ['null', object({ a: { ...STRING, nullable: true } }), { a: null }, '!has(self.a) || dyn(self.a) == null'],
  [
    'embedded resources',
    object({
      template: {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        'x-kubernetes-preserve-unknown-fields': true,
      },
    }),
    { template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } } },
    'self.template.kind == "Pod" && self.template.metadata.name == "a"',
  ],
  [
    'the name of the object',
    object({}),
    { apiVersion: 'v1', kind: 'A', metadata: { name: 'n' } },
    'self.metadata.name == "n" && self.kind == "A"',
  ],
  [
    'sets without order',
    object({
      a: { type: 'array', 'x-kubernetes-list-type': 'set', items: STRING },
      b: { type: 'array', 'x-kubernetes-list-type': 'set', items: STRING },
    }),
    { a: ['x', 'y'], b: ['y', 'x'] },
    'self.a == self.b && (self.a + self.b).size() == 2',
  ],
]

for (const [what, schema, value, rule] of VALUES) {
  test(`expressions and the schema: ${what}`, () => {
    assert.deepEqual(texts({ ...schema, ...rules(rule) }, value), [])
  })
}

const REASONS: readonly (readonly [JsonObject, string])[] = [
  [{ message: ' no ', reason: 'FieldValueForbidden' }, 'spec: Forbidden: no'],
  [{ reason: 'FieldValueRequired', fieldPath: '.size' }, 'spec.size: Required value: failed rule: self.size > 1'],
  [{ reason: 'FieldValueDuplicate' }, 'spec: Duplicate value'],
  [{ messageExpression: '"size is " + self.unit' }, 'spec: Invalid value: size is km'],
  [{ messageExpression: '""', message: 'fallback' }, 'spec: Invalid value: fallback'],
]

test('message, messageExpression, reason and fieldPath', () => {
  for (const [more, expected] of REASONS) {
    const schema = object({
      spec: object({ size: INTEGER, unit: { ...STRING, maxLength: 5 } }, rules({ rule: 'self.size > 1', ...more })),
    })
    assert.deepEqual(texts(schema, { spec: { size: 1, unit: 'km' } }), [expected])
  }
})

test('what fails is told with its rule', () => {
  const schema = object({
    list: { type: 'array', items: INTEGER, ...rules('self[3] == 1') },
    port: { 'x-kubernetes-int-or-string': true, ...rules('self.startsWith("a")') },
  })
  assert.deepEqual(texts(schema, { list: [1], port: 3 }), [
    'list: Invalid value: "array": index out of bounds: 3 evaluating rule: self[3] == 1',
    'port: Invalid value: "": \'no such overload: startsWith(int, string)\': call arguments did not match a supported operator, function or macro signature for rule: self.startsWith("a")',
  ])
})

const IMMUTABLE = object({ name: { ...STRING, ...rules({ rule: 'self == oldSelf', message: 'is immutable' }) } })

test('a rule of transitions is for values that were there before', () => {
  assert.deepEqual(texts(IMMUTABLE, { name: 'a' }), [])
  assert.deepEqual(texts(IMMUTABLE, { name: 'a' }, {}), [])
  assert.deepEqual(texts(IMMUTABLE, { name: 'a' }, { name: 'a' }), [])
  assert.deepEqual(texts(IMMUTABLE, { name: 'b' }, { name: 'a' }), ['name: Invalid value: "b": is immutable'])
})

test('with optionalOldSelf it is for all values', () => {
  const rule = { rule: 'oldSelf.hasValue() || self == "new"', optionalOldSelf: true }
  const schema = object({ name: { ...STRING, ...rules(rule) } })
  assert.deepEqual(texts(schema, { name: 'other' }), [
    'name: Invalid value: "other": failed rule: oldSelf.hasValue() || self == "new"',
  ])
  assert.deepEqual(texts(schema, { name: 'other' }, { name: 'a' }), [])
})

test('items of a list of type map are compared by their keys', () => {
  const item = object({ name: STRING, size: INTEGER }, { required: ['name'], ...rules('self.size >= oldSelf.size') })
  const list = { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: item }
  const old = {
    list: [
      { name: 'a', size: 5 },
      { name: 'b', size: 1 },
    ],
  }
  assert.deepEqual(
    texts(
      object({ list }),
      {
        list: [
          { name: 'b', size: 2 },
          { name: 'a', size: 4 },
        ],
      },
      old,
    ),
    ['list[1]: Invalid value: failed rule: self.size >= oldSelf.size'],
  )
})

test('what was broken before and has not changed is not told again', () => {
  const schema = object({ spec: object({ size: { ...INTEGER, ...rules('self < 5') }, other: STRING }) })
  const old = { spec: { size: 9, other: 'a' } }
  assert.deepEqual(texts(schema, { spec: { size: 9, other: 'b' } }, old), [])
  assert.deepEqual(texts(schema, { spec: { size: 8 } }, old), ['spec.size: Invalid value: 8: failed rule: self < 5'])
})

test('rules of map values are run', () => {
  const schema = object({ map: { type: 'object', additionalProperties: { ...STRING, ...rules('self != ""') } } })
  assert.deepEqual(texts(schema, { map: { k: '' } }), ['map[k]: Invalid value: "": failed rule: self != ""'])
})

test('rules wait for an object that keeps to its schema', () => {
  const schema = object({ a: STRING, b: { ...STRING, ...rules('self == "x"') } }, { required: ['a'] })
  assert.deepEqual(texts(schema, { b: 'y' }), [
    'a: Required value',
    '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  ])
})

test('a rule that costs too much ends the validation', () => {
  // Such a rule is not admitted, but may have been before its cost was estimated.
  const list = { type: 'array', items: INTEGER, ...rules('self.all(a, self.all(b, a <= b || a > b))', 'false') }
  const value = { list: Array.from({ length: 2000 }, (_, index) => index) }
  const causes = validateRules(decodeSchema(object({ list }), '', []), value, undefined, '')
  assert.deepEqual(
    causes.map(({ message }) => message),
    [
      `Invalid value: "array": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: self.all(a, self.all(b, a <= b || a > b))`,
    ],
  )
})

test('all rules of an object share a budget', () => {
  const schema = schemaOf(
    object({ a: { ...STRING, ...rules('self == "a"') }, b: { ...STRING, ...rules('self == "b"') } }),
  )
  const causes = validateRules(schema, { a: 'a', b: 'b' }, undefined, '', { budget: 2 })
  assert.deepEqual(
    causes.map(({ field, message }) => `${field}: ${message}`),
    [
      'b: Invalid value: "string": validation failed due to running out of cost budget, no further validation rules will be run',
    ],
  )
})

test('what was broken before is passed over, and told', () => {
  const schema = schemaOf(object({ a: { ...STRING, ...rules('self.size() < 3') }, n: INTEGER }))
  const passedOver: string[] = []
  assert.deepEqual(validateValueUpdate(schema, { a: 'long', n: 2 }, { a: 'long', n: 1 }, '', [], [], passedOver), [])
  assert.deepEqual(passedOver, ['a: Invalid value: "long": failed rule: self.size() < 3'])
})
