import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseManifest } from './manifest.ts'

test('a manifest is the objects of its documents, with their lines', () => {
  const text = '# first\napiVersion: v1\nkind: A\nmetadata:\n  name: a\n---\n---\n\napiVersion: v1\nkind: B\n'
  assert.deepEqual(parseManifest(text, 'ab.yaml'), {
    ok: true,
    value: [
      { object: { apiVersion: 'v1', kind: 'A', metadata: { name: 'a' } }, file: 'ab.yaml', line: 2 },
      { object: { apiVersion: 'v1', kind: 'B', metadata: {} }, file: 'ab.yaml', line: 9 },
    ],
  })
})

test('a manifest may be JSON', () => {
  const text = '{\n\t"apiVersion": "v1",\n\t"kind": "A",\n\t"metadata": {}\n}\n'
  const object = { apiVersion: 'v1', kind: 'A', metadata: {} }
  assert.deepEqual(parseManifest(text, 'a.json'), { ok: true, value: [{ object, file: 'a.json', line: 1 }] })
})

const refused = [
  ['apiVersion: v1\n', 'm.yaml:1: kind is missing'],
  ['---\nkind: A\n', 'm.yaml:2: apiVersion is missing'],
  ['kind: A\napiVersion: 1\n', 'm.yaml:1: apiVersion is missing'],
  ['- a\n', 'm.yaml:1: an object is expected, with apiVersion and kind'],
] as const

for (const [text, error] of refused) {
  test(`${JSON.stringify(text)} is refused: ${error}`, () => {
    assert.deepEqual(parseManifest(text, 'm.yaml'), { ok: false, error })
  })
}

test('a fault of the YAML names its line', () => {
  const result = parseManifest('apiVersion: v1\nkind: A: B\n', 'm.yaml')
  assert.match(result.ok ? 'accepted' : result.error, /^m\.yaml:2: /)
})
