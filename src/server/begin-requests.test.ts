import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createBeginning } from './begin-requests.ts'

test('sixteen begin in a turn of the loop, each in the order in which it came', async () => {
  const begin = createBeginning()
  const begun: number[] = []
  for (let number = 0; number < 50; number++) begin(() => begun.push(number))
  const counts = [begun.length]
  for (let turns = 0; turns < 3; turns++) {
    await turn()
    counts.push(begun.length)
  }
  assert.deepEqual(counts, [16, 32, 48, 50])
  assert.deepEqual(
    begun,
    Array.from({ length: 50 }, (_, number) => number),
  )
})

test('what comes while others wait goes after them', async () => {
  const begin = createBeginning()
  const begun: string[] = []
  for (let number = 0; number < 20; number++) begin(() => begun.push('first'))
  await turn()
  begin(() => begun.push('late'))
  await turn()
  assert.deepEqual(begun.slice(19), ['first', 'late'])
})
