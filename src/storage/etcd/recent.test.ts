import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isStoreError } from '../errors.ts'
import { lastVersionOf, versionOf } from '../store.ts'
import type { PlacedChange } from './commit-record.ts'
import { createRecent } from './recent.ts'

function changeOf(revision: number, place: number, key: string): PlacedChange {
  const operation = versionOf(revision, place)
  return { operation, change: { key, version: operation, value: Buffer.from(key), previous: undefined } }
}

test('changes are read from any version on, inside a commit too, and by their prefix', () => {
  const recent = createRecent(1, 1_000_000)
  recent.add([changeOf(2, 0, '/a'), changeOf(2, 1, '/b'), changeOf(3, 0, '/a/1')])
  const read = (prefix: string, after: number, through = 3) =>
    recent.read(prefix, { after }, through).changes.map(({ key }) => key)
  assert.deepEqual(read('', lastVersionOf(1)), ['/a', '/b', '/a/1'])
  assert.deepEqual(read('', versionOf(2, 0)), ['/b', '/a/1'])
  assert.deepEqual(read('/a', versionOf(2, 0)), ['/a/1'])
  assert.deepEqual(read('', lastVersionOf(1), 2), ['/a', '/b'])
  assert.deepEqual(read('', lastVersionOf(3)), [])
})

test('a slice ends with a whole revision, and the next goes on there', () => {
  const recent = createRecent(1, 1_000_000_000)
  for (let revision = 2; revision < 2_002; revision++)
    recent.add([0, 1, 2].map((place) => changeOf(revision, place, `/${revision}/${place}`)))
  const seen: string[] = []
  let cursor: { after: number } | undefined = { after: lastVersionOf(1) }
  let slices = 0
  while (cursor !== undefined) {
    const { changes, next, revision } = recent.read('', cursor, 2_001)
    seen.push(...changes.map(({ key }) => key))
    assert.equal(changes.length % 3, 0)
    assert.ok(next === undefined || next.after <= lastVersionOf(revision))
    cursor = next
    slices++
  }
  assert.ok(slices > 1)
  assert.equal(new Set(seen).size, 6_000)
})

test('what does not fit is dropped by whole revisions, and no longer read', () => {
  const recent = createRecent(1, 2_000)
  for (let revision = 2; revision < 50; revision++)
    recent.add([changeOf(revision, 0, `/${revision}`), changeOf(revision, 1, '/x')])
  const before = recent.before()
  assert.ok(before > 40 && before < 49)
  assert.equal(recent.read('', { after: lastVersionOf(before) }, 49).changes[0]?.key, `/${before + 1}`)
  assert.throws(
    () => recent.read('', { after: lastVersionOf(before - 1) }, 49),
    (error) => isStoreError(error, 'compacted'),
  )
})
