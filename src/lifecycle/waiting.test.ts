import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lookAgain } from './waiting.ts'

const SINCE = '2026-01-01T00:00:00Z'
const START = Date.parse(SINCE)

test('the next look comes after a fifth of the age, between two seconds and ten minutes', () => {
  for (const [age, wait] of [
    [0, 2_000],
    [9_000, 2_000],
    [60_000, 12_000],
    [3_600_000, 600_000],
  ] as const) {
    assert.deepEqual(lookAgain(SINCE, START + age), { requeueAfter: wait })
  }
  assert.deepEqual(lookAgain(undefined, START), { requeueAfter: 2_000 })
})
