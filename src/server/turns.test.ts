import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../testing/index.ts'
import { createTurns } from './turns.ts'

const NEVER = new AbortController().signal

/** Work that begins when it is its turn and ends when it is told to. */
function bench(now?: () => number) {
  const turns = createTurns(now)
  const begun: string[] = []
  const ends: (() => void)[] = []
  const start = (cluster: string, count = 1, signal = NEVER) =>
    Array.from({ length: count }, () =>
      turns.take(cluster, signal, () => {
        begun.push(cluster)
        return new Promise<void>((resolve) => {
          ends.push(resolve)
        })
      }),
    )
  const endOne = async () => {
    ends.shift()?.()
    await new Promise(setImmediate)
  }
  return { start, begun, endOne, count: (cluster: string) => begun.filter((one) => one === cluster).length }
}

test('who writes alone has all turns that there are', () => {
  const { start, begun } = bench()
  start('one', 80)
  assert.equal(begun.length, 64)
})

test('who comes while another floods begins at once when the flood has left a place, and has its turn before the rest of it', async () => {
  let time = 0
  const { start, count, endOne } = bench(() => time)
  start('flood', 200)
  start('quiet')
  assert.equal(count('quiet'), 0)
  await endOne()
  assert.equal(count('quiet'), 1)
  // While both write, the flood has four at once.
  for (let n = 0; n < 59; n++) await endOne()
  assert.equal(count('flood'), 64)
  start('quiet')
  assert.equal(count('quiet'), 2)
  time += 1_000
  await endOne()
  assert.equal(count('flood'), 64 + 59, 'when the other has been silent, the flood has everything again')
})

test('turns go round between those who wait', async () => {
  const { start, begun, endOne } = bench()
  start('a', 64)
  for (const cluster of ['b', 'b', 'c', 'd', 'c']) start(cluster)
  for (let n = 0; n < 40; n++) await endOne()
  assert.deepEqual(begun.slice(64), ['b', 'c', 'd', 'b', 'c'])
})

test('a request that is given up leaves the queue', async () => {
  const { start, begun, endOne } = bench()
  start('a', 64)
  const gone = new AbortController()
  const [waiting] = start('b', 1, gone.signal)
  gone.abort(new Error('the client has gone away'))
  await assert.rejects(waiting as Promise<void>, /gone away/)
  await endOne()
  assert.equal(begun.length, 64)
})

test('work that takes long, as it may wait for a write of its own, holds nobody up for ever', async () => {
  let time = 0
  const { start, endOne, count } = bench(() => time)
  start('a', 64)
  start('b')
  await eventually(async () => assert.equal(count('b'), 1))
  for (let n = 0; n < 33; n++) await endOne()
  start('a')
  time += 1_000
  start('a', 31)
  start('c')
  await eventually(async () => assert.equal(count('c'), 1, 'again, after the queue was empty'))
})
