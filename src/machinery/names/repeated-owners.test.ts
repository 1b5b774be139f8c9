import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ObjectMeta } from '../object.ts'
import { dropRepeatedOwners, repeatedOwnersWarning } from './repeated-owners.ts'

function drop(metadata: ObjectMeta): string[] {
  const steps = dropRepeatedOwners(metadata)
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}

const owner = (uid: string, name = 'a') => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid })

test('an owner that is there twice is kept once, one that says something else stays', () => {
  const metadata: ObjectMeta = { ownerReferences: [owner('1'), owner('2'), owner('1'), owner('1', 'b')] }
  assert.deepEqual(drop(metadata), ['1'])
  assert.deepEqual(metadata.ownerReferences, [owner('1'), owner('2'), owner('1', 'b')])
})

test('a hundred thousand owners are compared in steps', () => {
  const ownerReferences = Array.from({ length: 100_000 }, (_, index) => owner(String(index % 60_000)))
  const metadata: ObjectMeta = { ownerReferences }
  assert.equal([...dropRepeatedOwners(metadata)].length, 100)
  assert.equal(metadata.ownerReferences?.length, 60_000)
})

test('metadata without repetitions is left alone', () => {
  for (const metadata of [{}, { ownerReferences: [] }, { ownerReferences: [owner('1'), owner('2')] }]) {
    const before = structuredClone(metadata)
    assert.deepEqual(drop(metadata), [])
    assert.deepEqual(metadata, before)
  }
})

test('the warning says when they were found', () => {
  assert.match(repeatedOwnersWarning(['1', '2'], false), /duplicate entries; API server .* observed: 1, 2$/)
  assert.match(repeatedOwnersWarning(['1'], true), /duplicate entries after mutating admission happens; /)
})
