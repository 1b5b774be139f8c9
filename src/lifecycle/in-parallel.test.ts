import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { inParallel } from './in-parallel.ts'

test('all items are done, never more than the limit at a time', async () => {
  let running = 0
  let most = 0
  const done: number[] = []
  await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    most = Math.max(most, ++running)
    await turn()
    running--
    done.push(item)
  })
  assert.equal(most, 3)
  assert.deepEqual(done.toSorted(), [1, 2, 3, 4, 5, 6, 7])
})

test('a failure is thrown after the others have been tried', async () => {
  const done: number[] = []
  const work = inParallel([1, 2, 3], 1, async (item) => {
    if (item === 1) throw new Error('refused')
    done.push(item)
  })
  await assert.rejects(work, /refused/)
  assert.deepEqual(done, [2, 3])
})
