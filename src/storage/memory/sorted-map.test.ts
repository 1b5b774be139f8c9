import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createSortedMap } from './sorted-map.ts'

const key = fc.integer({ min: 0, max: 3000 }).map((number) => number.toString(36))

test('after any sets and deletes it holds what a plain map holds, in order', () => {
  const step = fc.record({ key, deleted: fc.boolean() })
  const property = fc.property(fc.array(step, { maxLength: 4000, size: 'max' }), key, key, (steps, start, end) => {
    const sorted = createSortedMap<number>()
    const plain = new Map<string, number>()
    for (const [index, step] of steps.entries()) {
      if (step.deleted) {
        sorted.delete(step.key)
        plain.delete(step.key)
      } else {
        sorted.set(step.key, index)
        plain.set(step.key, index)
      }
    }
    const expected = [...plain].filter(([key]) => key >= start && key < end).sort(([a], [b]) => (a < b ? -1 : 1))
    assert.deepEqual([...sorted.range(start, end)], expected)
    assert.equal(sorted.get(start), plain.get(start))
  })
  fc.assert(property, { numRuns: 50 })
})

test('many keys in any order of insertion stay in order', () => {
  const sorted = createSortedMap<number>()
  for (let n = 0; n < 20_000; n++) sorted.set(String((n * 7919) % 20_000).padStart(6, '0'), n)
  const keys = [...sorted.range('', '~')].map(([key]) => key)
  assert.equal(keys.length, 20_000)
  assert.deepEqual(keys, [...keys].sort())
})
