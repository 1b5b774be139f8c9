import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validateListSetsAndMaps } from './list-type.ts'
import { parsed } from './schema-arbitrary.ts'

const properties = { k: { type: 'string', default: '' }, v: { type: 'integer', default: 0 } }
const items = { type: 'object', properties }
const map = (...keys: string[]) => ({
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
  items,
})
const set = { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } }

const cases = [
  { name: 'distinct members of a set', schema: set, value: ['a', 'b'], causes: [] },
  {
    name: 'each repeated member of a set once',
    schema: set,
    value: ['a', 'a', 'a', 'b', 'b'],
    causes: ['l[1]: Duplicate value: "a"', 'l[4]: Duplicate value: "b"'],
  },
  {
    name: 'a repeated key of a map',
    schema: map('k'),
    value: [{ k: 'a' }, { k: 'b' }, { k: 'a', v: 1 }],
    causes: ['l[2]: Duplicate value: {"k":"a"}'],
  },
  {
    name: 'a repeated pair of keys, whatever their order',
    schema: map('k', 'v'),
    value: [{ k: 'a', v: 1 }, { v: 1, k: 'a' }, { k: 'a' }],
    causes: ['l[1]: Duplicate value: {"k":"a","v":1}'],
  },
  { name: 'items without the key', schema: map('k'), value: [{}, null], causes: ['l[1]: Duplicate value: {}'] },
  {
    name: 'an item that is no object, and nothing else',
    schema: map('k'),
    value: [{ k: 'a' }, { k: 'a' }, 'x'],
    causes: ['l[2]: Invalid value: "x": must be an object for an array of list-type map'],
  },
]

for (const { name, schema, value, causes } of cases) {
  test(`reports ${causes.length === 0 ? 'nothing for ' : ''}${name}`, () => {
    const object = parsed({ type: 'object', properties: { l: schema } })
    const found = validateListSetsAndMaps(object, { l: value }, '')
    assert.deepEqual(
      found.map((cause) => `${cause.field}: ${cause.message}`),
      causes,
    )
  })
}

test('keys of a map that hold lists stand in brackets', () => {
  const schema = parsed({ type: 'object', properties: { m: { type: 'object', additionalProperties: set } } })
  const [cause] = validateListSetsAndMaps(schema, { m: { key: ['a', 'a'] } }, '')
  assert.equal(cause?.field, 'm[key][1]')
})
