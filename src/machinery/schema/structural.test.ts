import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStructuralSchema } from './structural.ts'

const PRESERVE = { 'x-kubernetes-preserve-unknown-fields': true }
const EMBEDDED = { 'x-kubernetes-embedded-resource': true }
const INT_OR_STRING = { 'x-kubernetes-int-or-string': true }
const integer = { type: 'integer' }
const text = { type: 'string' }
const map = (items: object, ...keys: string[]) => ({
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
  items,
})

interface Case {
  readonly name: string
  /** Schema of the property `a`. */
  readonly schema: object
  /** Without `schema.properties[a]`, where every field begins. */
  readonly causes: readonly string[]
}

const cases: Case[] = [
  { name: 'no type', schema: {}, causes: ['.type: Required value: must not be empty for specified object fields'] },
  {
    name: 'items without a type',
    schema: { type: 'array', items: {} },
    causes: ['.items.type: Required value: must not be empty for specified array items'],
  },
  { name: 'an array without items', schema: { type: 'array' }, causes: ['.items: Required value: must be specified'] },
  {
    name: 'a type that there is not',
    schema: { type: 'foo' },
    causes: [
      '.type: Unsupported value: "foo": supported values: "array", "boolean", "integer", "number", "object", "string"',
    ],
  },
  { name: 'preserving without a type', schema: PRESERVE, causes: [] },
  { name: 'int-or-string as the pattern has it', schema: { ...INT_OR_STRING, anyOf: [integer, text] }, causes: [] },
  {
    name: 'int-or-string with more conditions',
    schema: { ...INT_OR_STRING, allOf: [{ anyOf: [integer, text] }, { pattern: 'x' }] },
    causes: [],
  },
  {
    name: 'int-or-string the other way round',
    schema: { ...INT_OR_STRING, anyOf: [text, integer] },
    causes: [
      '.anyOf[0].type: Forbidden: must be empty to be structural',
      '.anyOf[1].type: Forbidden: must be empty to be structural',
    ],
  },
  {
    name: 'a default in a junctor',
    schema: { type: 'integer', oneOf: [{ default: 1, nullable: true }] },
    causes: [
      '.oneOf[0].default: Forbidden: must be undefined to be structural',
      '.oneOf[0].nullable: Forbidden: must be false to be structural',
    ],
  },
  {
    name: 'metadata in a junctor',
    schema: { type: 'object', ...PRESERVE, not: { properties: { metadata: {} } } },
    causes: ['.not.properties[metadata]: Forbidden: must not be specified in a nested context'],
  },
  {
    name: 'an embedded resource that says nothing more',
    schema: { type: 'object', ...EMBEDDED },
    causes: [
      '.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    ],
  },
  {
    name: 'preserve-unknown-fields set to false',
    schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': false },
    causes: ['.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined'],
  },
  {
    name: 'a pattern with look-ahead',
    schema: { ...text, pattern: '^(?!x)' },
    causes: [
      '.pattern: Invalid value: "^(?!x)": must be a valid regular expression, but isn\'t: error parsing regexp: invalid or unsupported Perl syntax: `(?!`',
    ],
  },
  {
    name: 'properties next to a schema of additional ones',
    schema: { type: 'object', properties: { x: text }, additionalProperties: text },
    causes: ['.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive'],
  },
  { name: 'a reference', schema: { ...text, $ref: '#/x' }, causes: ['.$ref: Forbidden: $ref is not supported'] },
  {
    name: 'unique items',
    schema: { type: 'array', items: text, uniqueItems: true },
    causes: [
      '.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    ],
  },
  {
    name: 'a default of another type',
    schema: { ...integer, default: 'x' },
    causes: ['.default: Invalid value: "string":  in body must be of type integer: "string"'],
  },
  {
    name: 'a default with unknown fields',
    schema: { type: 'object', default: { x: 1 } },
    causes: ['.default: Invalid value: {"x":1}: must not have unknown fields'],
  },
  {
    name: 'a list map whose key may be missing',
    schema: map({ type: 'object', properties: { k: text } }, 'k'),
    causes: [
      '.items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
    ],
  },
  {
    name: 'a list map whose key is no property',
    schema: map({ type: 'object', ...PRESERVE }, 'k'),
    causes: ['.x-kubernetes-list-map-keys: Invalid value: ["k"]: entries must all be names of item properties'],
  },
  {
    name: 'a set of objects that are not atomic',
    schema: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'object' } },
    causes: [
      '.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set',
    ],
  },
  {
    name: 'a rule about a field that there is not',
    schema: { type: 'object', 'x-kubernetes-validations': [{ rule: 'true', fieldPath: '.x' }, { rule: ' ' }] },
    causes: [
      '.x-kubernetes-validations[0].fieldPath: Invalid value: ".x": must be a valid path',
      '.x-kubernetes-validations[1].rule: Required value: rule is not specified',
    ],
  },
  {
    name: 'a keyword of another type',
    schema: { ...integer, minimum: '1' },
    causes: ['.minimum: Invalid value: "1": must be of type number'],
  },
]

for (const { name, schema, causes } of cases) {
  test(`a schema with ${name} is ${causes.length === 0 ? 'structural' : 'refused'}`, () => {
    const result = parseStructuralSchema({ type: 'object', properties: { a: schema } }, 'schema')
    const found = result.ok ? [] : result.causes.map((cause) => `${cause.field}: ${cause.message}`)
    assert.deepEqual(
      found.map((cause) => cause.slice('schema.properties[a]'.length)),
      causes,
    )
  })
}

const roots: Case[] = [
  { name: 'no type', schema: {}, causes: ['schema.type: Required value: must not be empty at the root'] },
  {
    name: 'another type than object',
    schema: text,
    causes: ['schema.type: Invalid value: "string": must be object at the root'],
  },
  {
    name: 'additional properties',
    schema: { type: 'object', additionalProperties: text },
    causes: ['schema.additionalProperties: Forbidden: must not be used at the root'],
  },
  {
    name: 'a field that only a junctor knows',
    schema: { type: 'object', allOf: [{ properties: { x: { minimum: 1 } } }] },
    causes: ['schema.properties[x]: Required value: because it is defined in schema.allOf[0].properties[x]'],
  },
  {
    name: 'restrictions of the name',
    schema: {
      type: 'object',
      properties: { metadata: { type: 'object', properties: { name: { ...text, pattern: 'x' } } } },
    },
    causes: [],
  },
  {
    name: 'restrictions of labels',
    schema: {
      type: 'object',
      properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } },
    },
    causes: [
      'schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
    ],
  },
  {
    name: 'a default in its metadata',
    schema: { type: 'object', properties: { metadata: { type: 'object', default: {} } } },
    causes: ['schema.properties[metadata].default: Forbidden: must not be set in top-level metadata'],
  },
  {
    name: 'a kind that is no text',
    schema: { type: 'object', properties: { kind: integer } },
    causes: ['schema.properties[kind].type: Invalid value: "integer": must be string'],
  },
]

for (const { name, schema, causes } of roots) {
  test(`a root with ${name} is ${causes.length === 0 ? 'structural' : 'refused'}`, () => {
    const result = parseStructuralSchema(schema, 'schema')
    assert.deepEqual(result.ok ? [] : result.causes.map((cause) => `${cause.field}: ${cause.message}`), causes)
  })
}

test('a schema without end is refused, not followed', () => {
  let schema: object = text
  for (let depth = 0; depth < 5000; depth++) schema = { type: 'object', properties: { a: schema } }
  const result = parseStructuralSchema(schema, 'schema')
  assert.ok(!result.ok)
  assert.match(result.causes[0]?.message ?? '', /must not be nested more than 200 levels deep/)
})
