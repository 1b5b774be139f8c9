import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isValidPathSegmentName, nameIsDNSLabel, nameIsDNSSubdomain, nameIsPathSegment } from './name-rule.ts'

test('a path segment is any text but the two dots, slash and per cent', () => {
  assert.deepEqual(isValidPathSegmentName('system:admin'), [])
  assert.deepEqual(isValidPathSegmentName('.'), ["may not be '.'"])
  assert.deepEqual(isValidPathSegmentName('..'), ["may not be '..'"])
  assert.deepEqual(isValidPathSegmentName('a/b%c'), ["may not contain '/'", "may not contain '%'"])
})

test('a prefix of a path segment may be a dot, since a suffix follows', () => {
  assert.deepEqual(nameIsPathSegment('..', true), [])
  assert.deepEqual(nameIsPathSegment('a/', true), ["may not contain '/'"])
})

test('a generateName may end in a dash, a name may not', () => {
  assert.deepEqual(nameIsDNSLabel('web-', true), [])
  assert.equal(nameIsDNSLabel('web-', false).length, 1)
  assert.deepEqual(nameIsDNSSubdomain('a.b-', true), [])
  assert.equal(nameIsDNSSubdomain('-', true).length, 1)
})
