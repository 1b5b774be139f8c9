import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isProviderError } from '../provider-error.ts'
import { nodeImages, versionIn } from './node-images.ts'

const DIGEST = `@sha256:${'0'.repeat(64)}`

describe('the image of a node', () => {
  const cases: readonly (readonly [string, string | undefined, string | undefined, string | undefined])[] = [
    ['is kind’s own where nothing is said', undefined, undefined, undefined],
    ['is upstream’s of the version', undefined, 'v1.36.3', 'kindest/node:v1.36.3'],
    ['is that of a repository, by version', 'registry:5000/node', 'v1.36.3', 'registry:5000/node:v1.36.3'],
    ['is the one that is named', 'local/node:mine', 'v1.36.3', 'local/node:mine'],
    ['is the one that is named by its digest', `local/node:v1.36.3${DIGEST}`, 'v1.36.3', `local/node:v1.36.3${DIGEST}`],
  ]
  for (const [what, image, version, expected] of cases) {
    test(what, () => assert.equal(nodeImages(image).imageFor(version), expected))
  }

  test('that has another version is refused by field', () => {
    assert.throws(
      () => nodeImages('local/node:v1.35.0').imageFor('v1.36.3'),
      (error) => isProviderError(error, 'refused') && error.fields[0]?.field === 'spec.version',
    )
  })
})

test('a version is read from a tag that is one', () => {
  assert.equal(versionIn(`kindest/node:v1.35.4${DIGEST}`), 'v1.35.4')
  assert.equal(versionIn('local/node:v1.35.4-light'), 'v1.35.4')
  for (const image of ['kindest/node', 'registry:5000/node', 'node:latest', `node${DIGEST}`]) {
    assert.equal(versionIn(image), undefined)
  }
})
