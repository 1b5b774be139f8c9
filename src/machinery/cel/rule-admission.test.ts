import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../object.ts'
import { parseStructuralSchema } from '../schema/structural.ts'

const PATH = 'spec.validation.openAPIV3Schema'
const INTEGER = { type: 'integer' }
const STRING = { type: 'string' }

function texts(json: JsonObject): string[] {
  const parsed = parseStructuralSchema({ type: 'object', ...json }, PATH)
  return parsed.ok ? [] : parsed.causes.map(({ field = '', message }) => `${field.slice(PATH.length)}: ${message}`)
}

function withRule(schema: JsonObject, rule: string, more: JsonObject = {}): JsonObject {
  return { ...schema, 'x-kubernetes-validations': [{ rule, ...more }] }
}

const ADVICE =
  '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)'

test('a rule that does not compile is shown with what is wrong with it', () => {
  const shown =
    '{"Rule":"self.size \\u003e 1","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}'
  assert.deepEqual(texts(withRule({ properties: { a: INTEGER } }, 'self.size > 1')), [
    `.x-kubernetes-validations[0].rule: Invalid value: ${shown}: compilation failed: ERROR: <input>:1:5: undefined field 'size'\n | self.size > 1\n | ....^`,
  ])
})

const REFUSED: readonly (readonly [what: string, schema: JsonObject, expected: string])[] = [
  [
    'a rule is a condition',
    withRule({ properties: { a: INTEGER } }, 'self.a'),
    'cel expression must evaluate to a bool',
  ],
  [
    'a messageExpression is a text',
    withRule({ properties: { a: INTEGER } }, 'true', { messageExpression: 'self.a' }),
    'messageExpression must evaluate to a string',
  ],
  [
    'a messageExpression compiles',
    withRule({ properties: { a: INTEGER } }, 'true', { messageExpression: 'self.b' }),
    "messageExpression compilation failed: ERROR: <input>:1:5: undefined field 'b'\n | self.b\n | ....^",
  ],
  [
    'a conversion of a literal succeeds',
    withRule({ properties: { a: INTEGER } }, 'self.a == int("x")'),
    "program instantiation failed: type conversion error from 'string' to 'int'",
  ],
  [
    'a conversion that there is none of names what it was asked of',
    withRule({ properties: { a: INTEGER } }, 'string(null) == "a"'),
    'program instantiation failed: no such overload: string(null_type)',
  ],
  [
    'what a rule comes to is asked first',
    withRule({ properties: { a: INTEGER } }, 'int("x")'),
    'cel expression must evaluate to a bool',
  ],
  [
    'and what a messageExpression comes to',
    withRule({ properties: { a: INTEGER } }, 'true', { messageExpression: 'int("x")' }),
    'messageExpression must evaluate to a string',
  ],
  [
    'oldSelf needs values that can be compared',
    { properties: { list: { type: 'array', maxItems: 3, items: withRule(STRING, 'self == oldSelf') } } },
    `oldSelf cannot be used on the uncorrelatable portion of the schema within ${PATH}.properties[list]`,
  ],
  [
    'optionalOldSelf is for rules with oldSelf',
    withRule({ properties: { a: INTEGER } }, 'self.a > 1', { optionalOldSelf: true }),
    'Invalid value: true: may not be set if oldSelf is not used in rule',
  ],
]

for (const [what, schema, expected] of REFUSED) {
  test(what, () => {
    const [text = '', ...others] = texts(schema)
    assert.ok(text.endsWith(expected), text)
    assert.deepEqual(others, [])
  })
}

test('a default keeps to the rules of its field', () => {
  const size = { ...withRule(INTEGER, 'self > 1', { message: 'too small' }), default: 1 }
  assert.deepEqual(texts({ properties: { size } }), ['.properties[size].default: Invalid value: 1: too small'])
})

test('items of a list of type map are correlatable', () => {
  const items = withRule(
    { type: 'object', required: ['k'], properties: { k: { ...STRING, maxLength: 5 } } },
    'self.k == oldSelf.k',
  )
  const list = {
    type: 'array',
    maxItems: 3,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
    items,
  }
  assert.deepEqual(texts({ properties: { list } }), [])
})

test('a rule may cost so much for all values that an object may have', () => {
  const list = (limits: JsonObject) => ({
    properties: { list: withRule({ type: 'array', items: STRING, ...limits }, 'self.all(a, self.all(b, a == b))') },
  })
  assert.deepEqual(texts(list({})), [
    `.properties[list].x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${ADVICE}`,
    '.properties[list].x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema',
    `: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${ADVICE}`,
  ])
  assert.deepEqual(texts(list({ maxItems: 10, items: { ...STRING, maxLength: 10 } })), [])
})

test('the factor by which a rule costs too much', () => {
  const item = withRule({ ...STRING, maxLength: 250 }, 'self.matches("^[a-z]+$")')
  const list = (maxItems: number) => ({ properties: { list: { type: 'array', maxItems, items: item } } })
  assert.deepEqual(texts(list(1000)), [])
  for (const [maxItems, factor] of [
    [60_000, '1.218000x'],
    [100_000, '2.0x'],
  ] as const) {
    assert.deepEqual(texts(list(maxItems)), [
      `.properties[list].items.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of ${factor} ${ADVICE}`,
    ])
  }
})
