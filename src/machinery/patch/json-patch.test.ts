import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Json, JsonObject } from '../object.ts'
import { applyJsonPatch } from './json-patch.ts'
import { cloneJson, setKey } from './json-value.ts'

const REFUSED = {
  ok: false,
  error: { code: 422, message: 'the server rejected our request due to an error in our request' },
}

const applies: { about: string; document: Json; patch: Json; value: Json }[] = [
  {
    about: 'add puts a key into an object',
    document: { a: 1 },
    patch: [{ op: 'add', path: '/b', value: { c: 2 } }],
    value: { a: 1, b: { c: 2 } },
  },
  {
    about: 'add without a value puts null',
    document: {},
    patch: [{ op: 'add', path: '/b' }],
    value: { b: null },
  },
  {
    about: 'add inserts into an array',
    document: { a: [1, 3] },
    patch: [{ op: 'add', path: '/a/1', value: 2 }],
    value: { a: [1, 2, 3] },
  },
  {
    about: 'a dash and the index -1 append to an array',
    document: { a: [1] },
    patch: [
      { op: 'add', path: '/a/-', value: 2 },
      { op: 'add', path: '/a/-1', value: 3 },
    ],
    value: { a: [1, 2, 3] },
  },
  {
    about: 'tokens unescape ~1 to a slash and ~0 to a tilde, once',
    document: { 'a/b': { '~1': 1 } },
    patch: [{ op: 'remove', path: '/a~1b/~01' }],
    value: { 'a/b': {} },
  },
  {
    about: 'the empty key is a key',
    document: { '': { '': 1 } },
    patch: [{ op: 'replace', path: '//', value: 2 }],
    value: { '': { '': 2 } },
  },
  {
    about: 'remove takes out of an array, from its end with -1',
    document: { a: [1, 2, 3] },
    patch: [
      { op: 'remove', path: '/a/0' },
      { op: 'remove', path: '/a/-1' },
    ],
    value: { a: [2] },
  },
  {
    about: 'replace of an absent key adds it, as in the library that upstream uses',
    document: {},
    patch: [{ op: 'replace', path: '/a', value: 1 }],
    value: { a: 1 },
  },
  {
    about: 'replace with the empty path replaces the document',
    document: { a: 1 },
    patch: [
      { op: 'replace', path: '', value: { b: [] } },
      { op: 'add', path: '/b/-', value: 1 },
    ],
    value: { b: [1] },
  },
  {
    about: 'test compares deeply, in any order of keys',
    document: { a: { b: [1, { c: null }], d: 'x' } },
    patch: [
      { op: 'test', path: '/a', value: { d: 'x', b: [1, { c: null }] } },
      { op: 'test', path: '', value: { a: { d: 'x', b: [1, { c: null }] } } },
    ],
    value: { a: { b: [1, { c: null }], d: 'x' } },
  },
  {
    about: 'test takes an absent key for null',
    document: {},
    patch: [
      { op: 'test', path: '/a', value: null },
      { op: 'test', path: '/b' },
    ],
    value: {},
  },
  {
    about: 'move takes a value elsewhere',
    document: { a: { b: 1 }, c: [] },
    patch: [{ op: 'move', from: '/a/b', path: '/c/0' }],
    value: { a: {}, c: [1] },
  },
  {
    about: 'copy makes a value of its own',
    document: { a: { b: 1 } },
    patch: [
      { op: 'copy', from: '/a', path: '/c' },
      { op: 'replace', path: '/c/b', value: 2 },
    ],
    value: { a: { b: 1 }, c: { b: 2 } },
  },
  {
    about: 'copy of an absent key copies null',
    document: {},
    patch: [{ op: 'copy', from: '/a', path: '/b' }],
    value: { b: null },
  },
  {
    about: 'what precedes the first slash is ignored',
    document: {},
    patch: [{ op: 'add', path: 'x/a', value: 1 }],
    value: { a: 1 },
  },
  { about: 'null is a patch without operations', document: { a: 1 }, patch: null, value: { a: 1 } },
]

for (const { about, document, patch, value } of applies) {
  test(about, () => {
    const before = structuredClone({ document, patch })
    assert.deepEqual(applyJsonPatch(document, patch), { ok: true, value })
    assert.deepEqual({ document, patch }, before, 'neither the document nor the patch may change')
  })
}

const refused: { about: string; document?: Json; patch: Json }[] = [
  { about: 'a failed test', patch: [{ op: 'test', path: '/a', value: 2 }] },
  { about: 'a test of an index outside the array', patch: [{ op: 'test', path: '/list/9', value: null }] },
  { about: 'removing an absent key', patch: [{ op: 'remove', path: '/x' }] },
  { about: 'removing the document', patch: [{ op: 'remove', path: '' }] },
  { about: 'an index outside the array', patch: [{ op: 'add', path: '/list/3', value: 1 }] },
  { about: 'a negative index outside the array', patch: [{ op: 'remove', path: '/list/-3' }] },
  { about: 'an index that is no number', patch: [{ op: 'add', path: '/list/x', value: 1 }] },
  { about: 'replacing what a dash means', patch: [{ op: 'replace', path: '/list/-', value: 1 }] },
  { about: 'a path through an absent key', patch: [{ op: 'add', path: '/x/y', value: 1 }] },
  { about: 'a path through a number', patch: [{ op: 'add', path: '/a/y', value: 1 }] },
  { about: 'adding the document', patch: [{ op: 'add', path: '', value: {} }] },
  { about: 'replacing the document by a number', patch: [{ op: 'replace', path: '', value: 1 }] },
  { about: 'moving an absent key', patch: [{ op: 'move', from: '/x', path: '/y' }] },
  { about: 'moving a value into itself', patch: [{ op: 'move', from: '/o', path: '/o/p' }] },
  { about: 'a copy without from', patch: [{ op: 'copy', path: '/y' }] },
  { about: 'an unknown operation', patch: [{ op: 'merge', path: '/y' }] },
  { about: 'an operation that is null', patch: [null] },
  { about: 'an operation without path', patch: [{ op: 'remove' }] },
]

for (const { about, document = { a: 1, list: [1, 2], o: {} }, patch } of refused) {
  test(`${about} is refused, in upstream's one sentence`, () => {
    assert.deepEqual(applyJsonPatch(document, patch), REFUSED)
  })
}

test('a patch that is no array of objects is a bad request', () => {
  assert.deepEqual(applyJsonPatch({}, { op: 'add' }), {
    ok: false,
    error: { code: 400, message: 'json: cannot unmarshal object into Go value of type jsonpatch.Patch' },
  })
  assert.deepEqual(applyJsonPatch({}, ['x']), {
    ok: false,
    error: { code: 400, message: 'json: cannot unmarshal string into Go value of type jsonpatch.Operation' },
  })
})

test('more than 10000 operations are too many', () => {
  const operation = { op: 'test', path: '/a', value: null }
  assert.ok(
    applyJsonPatch(
      {},
      Array.from({ length: 10_000 }, () => operation),
    ).ok,
  )
  assert.deepEqual(
    applyJsonPatch(
      {},
      Array.from({ length: 10_001 }, () => operation),
    ),
    {
      ok: false,
      error: {
        code: 413,
        message: 'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
      },
    },
  )
})

test('copies that double the document stop at three megabytes', () => {
  const patch = Array.from({ length: 40 }, (_, index) => ({ op: 'copy', from: '/a', path: `/a/${index}` }))
  assert.deepEqual(applyJsonPatch({ a: { text: 'x'.repeat(1000) } }, patch), REFUSED)
})

test('a key called __proto__ is a key like others', () => {
  const patch = JSON.parse('[{"op":"add","path":"/__proto__","value":{"polluted":true}}]') as Json
  const result = applyJsonPatch({}, patch)
  assert.ok(result.ok)
  assert.equal(JSON.stringify(result.value), '{"__proto__":{"polluted":true}}')
  assert.equal(Reflect.get({}, 'polluted'), undefined)
})

const json: fc.Arbitrary<Json> = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as Json)
const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', '~', '-', '0'), maxLength: 3 })

function pathOf(...keys: readonly string[]): string {
  return keys.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

test('adding a key and removing it again changes nothing', () => {
  fc.assert(
    fc.property(fc.dictionary(key, json), key, json, (document, name, value) => {
      fc.pre(!Object.hasOwn(document, name))
      const path = pathOf(name)
      const patch = [
        { op: 'add', path, value },
        { op: 'test', path, value },
        { op: 'remove', path },
      ]
      assert.deepEqual(applyJsonPatch(document, patch), { ok: true, value: cloneJson(document) })
    }),
  )
})

test('adding into an array and removing it again changes nothing', () => {
  fc.assert(
    fc.property(fc.array(json), fc.nat(20), json, (list, index, value) => {
      const path = `/list/${index}`
      const result = applyJsonPatch({ list }, [
        { op: 'add', path, value },
        { op: 'test', path, value },
        { op: 'remove', path },
      ])
      assert.deepEqual(result, index > list.length ? REFUSED : { ok: true, value: { list: cloneJson(list) } })
    }),
  )
})

test('adding many keys is what assigning them is', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, json)), (entries) => {
      const expected: JsonObject = {}
      for (const [name, value] of entries) setKey(expected, name, value)
      const patch = entries.map(([name, value]) => ({ op: 'add', path: pathOf(name), value }))
      assert.deepEqual(applyJsonPatch({}, patch), { ok: true, value: cloneJson(expected) })
    }),
  )
})
