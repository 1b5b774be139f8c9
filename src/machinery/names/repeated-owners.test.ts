import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ObjectMeta } from '../object.ts'
import { dropRepeatedOwners, repeatedOwnersWarning } from './repeated-owners.ts'

const owner = (uid: string, name = 'a') => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid })

test('an owner that is there twice is kept once, one that says something else stays', () => {
  const metadata: ObjectMeta = { ownerReferences: [owner('1'), owner('2'), owner('1'), owner('1', 'b')] }
  assert.deepEqual(dropRepeatedOwners(metadata), ['1'])
  assert.deepEqual(metadata.ownerReferences, [owner('1'), owner('2'), owner('1', 'b')])
})

test('metadata without repetitions is left alone', () => {
  for (const metadata of [{}, { ownerReferences: [] }, { ownerReferences: [owner('1'), owner('2')] }]) {
    const before = structuredClone(metadata)
    assert.deepEqual(dropRepeatedOwners(metadata), [])
    assert.deepEqual(metadata, before)
  }
})

test('the warning says when they were found', () => {
  assert.match(repeatedOwnersWarning(['1', '2'], false), /duplicate entries; API server .* observed: 1, 2$/)
  assert.match(repeatedOwnersWarning(['1'], true), /duplicate entries after mutating admission happens; /)
})
