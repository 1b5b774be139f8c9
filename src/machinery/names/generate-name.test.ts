import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { generateName } from './generate-name.ts'

test('the suffix has five characters of the alphabet without vowels', () => {
  assert.match(generateName('job-'), /^job-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
  assert.equal(
    generateName('a', () => 0),
    'abbbbb',
  )
  assert.equal(
    generateName('a', (limit) => limit - 1),
    'a99999',
  )
})

test('a long base is cut to 58 characters', () => {
  assert.equal(generateName('x'.repeat(70)).length, 63)
})

test('the name always begins with the base, as far as it fits', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z-]{1,80}$/), (base) => generateName(base).startsWith(base.slice(0, 58))),
  )
})
