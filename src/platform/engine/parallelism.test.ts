import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { parallelism } from './parallelism.ts'

test('as many at once as there are places, in the order in which they came', async () => {
  const { run } = parallelism<string>()
  const begun: number[] = []
  let now = 0
  let most = 0
  await Promise.all(
    [1, 2, 3, 4, 5].map((each) =>
      run('a', 2, async () => {
        begun.push(each)
        most = Math.max(most, ++now)
        await delay(1)
        now--
      }),
    ),
  )
  assert.deepEqual([begun, most], [[1, 2, 3, 4, 5], 2])
})

test('keys do not keep each other from anything, and work that fails gives its place back', async () => {
  const { take, run } = parallelism<string>()
  const asking = { limit: 1, asker: 'me', whenFree: () => undefined }
  await assert.rejects(run('a', 1, () => Promise.reject(new Error('no'))))
  using first = take('a', asking)
  using other = take('b', asking)
  assert.ok(first !== undefined && other !== undefined)
})

test('whoever finds none is told once when there is one, however often it has asked', () => {
  const { take } = parallelism<string>()
  let told = 0
  const asking = { limit: 1, asker: 'me', whenFree: () => told++ }
  const first = take('a', { ...asking, asker: 'other' })
  assert.equal(take('a', asking), undefined)
  assert.equal(take('a', asking), undefined)
  first?.[Symbol.dispose]()
  assert.equal(told, 1)
  using place = take('a', asking)
  assert.ok(place !== undefined)
})
