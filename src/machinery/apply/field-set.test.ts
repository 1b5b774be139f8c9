import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  difference,
  equalSets,
  type FieldSet,
  fieldSetOf,
  hasPath,
  intersection,
  NO_FIELDS,
  pathsOf,
  recursiveDifference,
  union,
  withPrefix,
} from './field-set.ts'
import { fieldSetArbitrary, pathArbitrary } from './field-set-arbitrary.ts'
import type { Path } from './path-element.ts'

const keyOf = (path: Path): string => path.join(' ')

/** The members as plain texts: what the laws are checked against. */
function members(set: FieldSet): Set<string> {
  return new Set(pathsOf(set).map(keyOf))
}

test('union, intersection and difference are those of the members', () => {
  fc.assert(
    fc.property(fieldSetArbitrary, fieldSetArbitrary, (left, right) => {
      assert.deepEqual(members(union(left, right)), members(left).union(members(right)))
      assert.deepEqual(members(intersection(left, right)), members(left).intersection(members(right)))
      assert.deepEqual(members(difference(left, right)), members(left).difference(members(right)))
    }),
  )
})

test('a recursive difference takes what is below a member with it', () => {
  fc.assert(
    fc.property(fieldSetArbitrary, fieldSetArbitrary, (left, right) => {
      const gone = pathsOf(right)
      const kept = pathsOf(left).filter((path) => !gone.some((one) => one.every((element, i) => path[i] === element)))
      assert.deepEqual(members(recursiveDifference(left, right)), new Set(kept.map(keyOf)))
    }),
  )
})

test('a set is the same however it came about', () => {
  fc.assert(
    fc.property(fieldSetArbitrary, fieldSetArbitrary, (left, right) => {
      assert.ok(equalSets(union(left, right), union(right, left)))
      assert.ok(equalSets(union(difference(left, right), intersection(left, right)), left))
      assert.ok(equalSets(fieldSetOf(...pathsOf(left)), left))
      assert.equal(difference(left, left).size, 0)
      assert.equal(equalSets(left, right), members(left).symmetricDifference(members(right)).size === 0)
    }),
  )
})

test('has finds members and nothing else', () => {
  fc.assert(
    fc.property(fieldSetArbitrary, pathArbitrary, (set, path) => {
      assert.equal(hasPath(set, path), members(set).has(keyOf(path)))
      assert.equal(hasPath(set, []), false)
    }),
  )
})

test('what is below an element is a set of its own', () => {
  const set = fieldSetOf(['f:a'], ['f:a', 'f:b'], ['f:a', 'f:b', 'f:c'], ['f:d'])
  assert.deepEqual(pathsOf(withPrefix(set, 'f:a')), [['f:b'], ['f:b', 'f:c']])
  assert.equal(withPrefix(set, 'f:d'), NO_FIELDS)
  assert.equal(withPrefix(set, 'f:x'), NO_FIELDS)
})

test('members of a level come before those below it', () => {
  const set = fieldSetOf(['f:a', 'f:z'], ['f:b'], ['f:a'], ['f:a', 'f:c', 'f:d'])
  assert.deepEqual(pathsOf(set).map(keyOf), ['f:a', 'f:b', 'f:a f:z', 'f:a f:c f:d'])
})
