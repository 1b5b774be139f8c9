import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OwnershipMarks } from './provider.ts'
import { marksOf, ownershipOf, tagsOf } from './tags.ts'

const MARKS: OwnershipMarks = {
  ownerTag: 'org-a',
  identity: { org: 'acme', workspace: 'root:acme', kind: 'Platform', name: 'shop-dev' },
  manifestDigest: 'sha256:9f2c',
  run: 'run-1',
}

test('marks are four tags', () => {
  assert.deepEqual(tagsOf(MARKS), {
    'keelson-owner': 'org-a',
    'keelson-id': 'acme/root:acme/Platform/shop-dev',
    'keelson-manifest-digest': 'sha256:9f2c',
    'keelson-run': 'run-1',
  })
})

test('marks are read back from tags, among those of others', () => {
  assert.deepEqual(marksOf({ ...tagsOf(MARKS), team: 'shop' }), MARKS)
})

test('what is missing, empty or no identity is left out', () => {
  assert.deepEqual(marksOf({}), {})
  assert.deepEqual(marksOf({ 'keelson-owner': '', 'keelson-id': 'by hand', 'keelson-run': '' }), {})
})

const owners = [
  { ownerTag: 'org-a', ownership: 'ours' },
  { ownerTag: 'org-b', ownership: 'other' },
  { ownerTag: undefined, ownership: 'untagged' },
] as const
for (const { ownerTag, ownership } of owners) {
  test(`a cluster with the owner tag ${ownerTag} is ${ownership} to org-a`, () => {
    assert.equal(ownershipOf(ownerTag === undefined ? {} : { ownerTag }, 'org-a'), ownership)
  })
}
