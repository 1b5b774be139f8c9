import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHorizon } from './horizon.ts'

const MINUTE = 60_000

test('history is remembered for five minutes', () => {
  let time = 0
  const horizon = createHorizon(() => time)
  const few = { remembered: () => 10, revisionOfNewest: () => assert.fail() }
  for (let revision = 1; revision <= 20; revision++, time += MINUTE) {
    const oldest = horizon.advance(revision, few)
    assert.equal(oldest, Math.max(0, revision - 5), `minute ${revision}`)
  }
})

test('of very many changes, only so many are remembered', () => {
  const horizon = createHorizon(() => 0)
  const oldest = horizon.advance(200_000, { remembered: () => 150_000, revisionOfNewest: (count) => 200_001 - count })
  assert.equal(oldest, 100_001)
})
