import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applyDefaults } from './default.ts'
import { pruneValue } from './prune.ts'
import { parsed, schemaAndValue } from './schema-arbitrary.ts'
import { validateValue, validateValueUpdate } from './validate.ts'

interface Case {
  readonly name: string
  /** Schema of the field `a`. */
  readonly schema: object
  readonly value: unknown
  /** `field: message` of each cause. */
  readonly causes: readonly string[]
}

const integer = { type: 'integer' }
const text = { type: 'string' }
const preserving = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
const intOrString = { 'x-kubernetes-int-or-string': true, anyOf: [integer, text] }

const cases: Case[] = [
  {
    name: 'a text where an integer belongs',
    schema: integer,
    value: 'x',
    causes: ['a: Invalid value: "string": a in body must be of type integer: "string"'],
  },
  {
    name: 'a fraction where an integer belongs',
    schema: integer,
    value: 1.5,
    causes: [
      'a: Invalid value: "number": a in body must be of type integer: "number"',
      '<nil>: Invalid value: "": Checked value must be of type integer (default format) in a',
    ],
  },
  { name: 'an integer where a number belongs', schema: { type: 'number' }, value: 1, causes: [] },
  {
    name: 'null where it is not allowed',
    schema: text,
    value: null,
    causes: ['a: Invalid value: "null": a in body must be of type string: "null"'],
  },
  { name: 'null where it is allowed', schema: { ...text, nullable: true }, value: null, causes: [] },
  { name: 'an integer for int-or-string', schema: intOrString, value: 1, causes: [] },
  { name: 'a text for int-or-string', schema: intOrString, value: '10%', causes: [] },
  {
    name: 'neither for int-or-string',
    schema: intOrString,
    value: true,
    causes: [
      'a: Invalid value: "boolean": a in body must be of type integer,string: "boolean"',
      '<nil>: Invalid value: "": "a" must validate at least one schema (anyOf)',
      'a: Invalid value: "boolean": a in body must be of type integer: "boolean"',
    ],
  },
  {
    name: 'a number above the maximum',
    schema: { ...integer, maximum: 5 },
    value: 6,
    causes: ['a: Invalid value: 6: a in body should be less than or equal to 5'],
  },
  {
    name: 'a number at an exclusive minimum',
    schema: { type: 'number', minimum: 0.5, exclusiveMinimum: true },
    value: 0.5,
    causes: ['a: Invalid value: 0.5: a in body should be greater than 0.5'],
  },
  {
    name: 'an integer is compared with the whole part of a bound',
    schema: { ...integer, minimum: 2.5 },
    value: 2,
    causes: [],
  },
  {
    name: 'not a multiple',
    schema: { ...integer, multipleOf: 3 },
    value: 7,
    causes: ['a: Invalid value: 7: a in body should be a multiple of 3'],
  },
  { name: 'a multiple but for a rounding error', schema: { type: 'number', multipleOf: 0.1 }, value: 0.3, causes: [] },
  {
    name: 'a text that is too long says so in bytes',
    schema: { ...text, maxLength: 1 },
    value: 'ab',
    causes: ['a: Too long: may not be more than 1 byte'],
  },
  { name: 'lengths count characters', schema: { ...text, maxLength: 2, minLength: 2 }, value: '😀😀', causes: [] },
  {
    name: 'a text that is too short',
    schema: { ...text, minLength: 1 },
    value: '',
    causes: ['a: Invalid value: "": a in body should be at least 1 chars long'],
  },
  {
    name: 'a text that does not match',
    schema: { ...text, pattern: '^[a-z]+$' },
    value: 'A"B',
    causes: ['a: Invalid value: "A\\"B": a in body should match \'^[a-z]+$\''],
  },
  {
    name: 'a text of another format',
    schema: { ...text, format: 'date-time' },
    value: 'tomorrow',
    causes: ['a: Invalid value: "tomorrow": a in body must be of type date-time: "tomorrow"'],
  },
  {
    name: 'a number where a format is told',
    schema: { ...text, format: 'date' },
    value: 5,
    causes: ['a: Invalid value: "int64": a in body must be of type date: "int64"'],
  },
  { name: 'the largest int32', schema: { ...integer, format: 'int32' }, value: 2 ** 31 - 1, causes: [] },
  {
    name: 'one more than the largest int32',
    schema: { ...integer, format: 'int32' },
    value: 2 ** 31,
    causes: ['<nil>: Invalid value: "": Checked value must be of type integer with format int32 in a'],
  },
  {
    name: 'a large integer of a format that nobody knows',
    schema: { ...integer, format: 'odd' },
    value: 2 ** 40,
    causes: [],
  },
  { name: 'int32 of a number', schema: { type: 'number', format: 'int32' }, value: 2 ** 40, causes: [] },
  {
    name: 'a number that is too large for a float',
    schema: { type: 'number', format: 'float' },
    value: 1e300,
    causes: ['<nil>: Invalid value: "": Checked value must be of type number with format float in a'],
  },
  {
    name: 'not one of the values',
    schema: { ...text, enum: ['a', 'b"c'] },
    value: 'x',
    causes: ['a: Unsupported value: "x": supported values: "a", "b\\"c"'],
  },
  {
    name: 'null is never one of the values',
    schema: { ...text, nullable: true, enum: ['a'] },
    value: null,
    causes: ['a: Unsupported value: null: supported values: "a"'],
  },
  {
    name: 'objects in an enum print as JSON with sorted keys',
    schema: { ...preserving, enum: [{ b: 1, a: '<' }] },
    value: { z: 1, c: 2 },
    causes: ['a: Unsupported value: {"c":2,"z":1}: supported values: "{\\"a\\":\\"\\\\u003c\\",\\"b\\":1}"'],
  },
  {
    name: 'too many items',
    schema: { type: 'array', items: integer, maxItems: 1 },
    value: [1, 'x'],
    causes: [
      'a[1]: Invalid value: "string": a[1] in body must be of type integer: "string"',
      'a: Too many: 2: must have at most 1 item',
    ],
  },
  {
    name: 'too few items',
    schema: { type: 'array', items: integer, minItems: 1 },
    value: [],
    causes: ['a: Invalid value: 0: a in body should have at least 1 items'],
  },
  {
    name: 'too many and wrong values of a map, whose keys are written like fields',
    schema: { type: 'object', additionalProperties: integer, maxProperties: 1 },
    value: { k: 'x', l: 1 },
    causes: [
      'a: Too many: 2: must have at most 1 item',
      'a.k: Invalid value: "string": a.k in body must be of type integer: "string"',
    ],
  },
  {
    name: 'a field that must not be there',
    schema: { type: 'object', additionalProperties: false },
    value: { k: 1 },
    causes: ['a: Invalid value: "k": a.k in body is a forbidden property'],
  },
  {
    name: 'a field that must be there; null is there',
    schema: { ...preserving, required: ['x', 'y'] },
    value: { x: null },
    causes: ['a.y: Required value'],
  },
  {
    name: 'none of oneOf',
    schema: { ...preserving, oneOf: [{ required: ['x'] }, { required: ['y'] }] },
    value: {},
    causes: [
      '<nil>: Invalid value: "": "a" must validate one and only one schema (oneOf). Found none valid',
      'a.x: Required value',
    ],
  },
  {
    name: 'several of oneOf',
    schema: { ...preserving, oneOf: [{ required: ['x'] }, { required: ['y'] }] },
    value: { x: 1, y: 1 },
    causes: ['<nil>: Invalid value: "": "a" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
  },
  {
    name: 'anyOf reports the alternative that matches most',
    schema: { ...preserving, anyOf: [{ required: ['x'] }, { required: ['y'], properties: { z: { minimum: 3 } } }] },
    value: { z: 5 },
    causes: ['<nil>: Invalid value: "": "a" must validate at least one schema (anyOf)', 'a.y: Required value'],
  },
  {
    name: 'allOf',
    schema: { ...integer, allOf: [{ minimum: 3 }, { maximum: 1 }] },
    value: 2,
    causes: [
      'a: Invalid value: 2: a in body should be greater than or equal to 3',
      'a: Invalid value: 2: a in body should be less than or equal to 1',
      '<nil>: Invalid value: "": "a" must validate all the schemas (allOf). None validated',
    ],
  },
  {
    name: 'not',
    schema: { ...integer, not: { minimum: 3 } },
    value: 3,
    causes: ['<nil>: Invalid value: "": "a" must not validate the schema (not)'],
  },
]

for (const { name, schema, value, causes } of cases) {
  test(`${name} ${causes.length === 0 ? 'is valid' : 'is refused'}`, () => {
    const found = validateValue(parsed({ type: 'object', properties: { a: schema } }), { a: value }, '')
    assert.deepEqual(
      found.map((cause) => `${cause.field}: ${cause.message}`),
      causes,
    )
  })
}

test('reasons are those of the API', () => {
  const schema = parsed({
    type: 'object',
    properties: {
      type: text,
      long: { ...text, maxLength: 1 },
      many: { type: 'array', items: text, maxItems: 0 },
      one: { ...text, enum: ['a'] },
      low: { ...integer, minimum: 5 },
      set: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
    },
    required: ['gone'],
  })
  const value = { type: 1, long: 'ab', many: ['a'], one: 'b', low: 1, set: ['a', 'a'] }
  assert.deepEqual(
    validateValue(schema, value, '').map(({ field, reason }) => `${field} ${reason}`),
    [
      'type FieldValueTypeInvalid',
      'long FieldValueTooLong',
      'many FieldValueTooMany',
      'one FieldValueNotSupported',
      'low FieldValueInvalid',
      'gone FieldValueRequired',
      'set[1] FieldValueDuplicate',
    ],
  )
})

test('a path given by the caller is part of fields, never of messages', () => {
  const schema = parsed({ type: 'object', properties: { phase: text } })
  assert.deepEqual(validateValue(schema, { phase: 1 }, 'status'), [
    {
      reason: 'FieldValueTypeInvalid',
      message: 'Invalid value: "integer": phase in body must be of type string: "integer"',
      field: 'status.phase',
    },
  ])
})

test('what was wrong before and did not change is not reported again', () => {
  const item = { type: 'object', properties: { name: text, port: { ...integer, minimum: 5 } }, required: ['name'] }
  const schema = parsed({
    type: 'object',
    properties: {
      size: { ...integer, minimum: 5 },
      list: { type: 'array', items: item },
      map: { type: 'array', items: item, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
    },
  })
  const fields = (value: object, old: object) => validateValueUpdate(schema, value, old, '').map(({ field }) => field)
  assert.deepEqual(fields({ size: 1, x: 1 }, { size: 1 }), [])
  assert.deepEqual(fields({ size: 2 }, { size: 1 }), ['size'])
  assert.deepEqual(fields({ list: [{ name: 'a', port: 1 }] }, { list: [{ name: 'a', port: 1 }], size: 5 }), [])
  const old = { list: [{ name: 'a', port: 1 }], map: [{ name: 'a', port: 1 }] }
  const added = { name: 'b', port: 7 }
  assert.deepEqual(fields({ ...old, list: [...old.list, added] }, old), ['list[0].port'])
  assert.deepEqual(fields({ ...old, map: [added, ...old.map] }, old), [])
})

test('a part alone is looked at where a part is written, and messages begin there', () => {
  const schema = parsed({
    type: 'object',
    properties: {
      spec: { type: 'object', properties: { size: { type: 'integer' } } },
      status: { type: 'object', properties: { seen: { type: 'integer', maximum: 10 } } },
    },
  })
  const causes = (value: object) => validateValueUpdate(schema, value, {}, '', [], [], [], 'status')
  assert.deepEqual(causes({ spec: { size: 'x' } }), [])
  assert.deepEqual(
    causes({ spec: { size: 'x' }, status: { seen: 11 } }).map(({ field, message }) => [field, message]),
    [['status.seen', 'Invalid value: 11: seen in body should be less than or equal to 10']],
  )
})

test('a value that validates still does after pruning and defaulting', () => {
  fc.assert(
    fc.property(schemaAndValue(), ({ schema, value }) => {
      fc.pre(validateValue(schema, value, '').length === 0)
      pruneValue(schema, value, { isResourceRoot: true })
      applyDefaults(schema, value)
      assert.deepEqual(validateValue(schema, value, ''), [])
    }),
  )
})

test('fields that no schema specifies count as changed, and with them what is said of the whole', () => {
  const schema = parsed({
    type: 'object',
    properties: { spec: { ...preserving, required: ['size'], properties: { name: { ...text, maxLength: 1 } } } },
  })
  const known = { spec: { name: 'ab' } }
  assert.deepEqual(validateValueUpdate(schema, known, structuredClone(known), ''), [])
  const unknown = { spec: { name: 'ab', other: 1 } }
  const [cause, ...others] = validateValueUpdate(schema, unknown, structuredClone(unknown), '')
  assert.deepEqual([cause?.field, others], ['spec.size', []])
})

test('an update that changes nothing is valid, if the schema knows all there is', () => {
  fc.assert(
    fc.property(schemaAndValue(), ({ schema, value }) => {
      delete value.unknown
      assert.deepEqual(validateValueUpdate(schema, value, structuredClone(value), ''), [])
    }),
  )
})

test('what a kind says by itself stands between what its schema says and its rules', () => {
  const rules = [{ rule: 'self.a > 1' }]
  const schema = parsed({ type: 'object', properties: { a: { type: 'integer' } }, 'x-kubernetes-validations': rules })
  const more = [{ reason: 'FieldValueRequired', message: 'Required value', field: 'b' }]
  const fieldsOf = (value: object): (string | undefined)[] =>
    validateValue(schema, value, '', [], more).map(({ field }) => field)
  assert.deepEqual(fieldsOf({ a: 'x' }), ['a', 'b', '<nil>'])
  assert.deepEqual(fieldsOf({ a: 0 }), ['b', '<nil>'])
})
