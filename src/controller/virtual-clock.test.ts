import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep } from './clock.ts'
import { virtualClock } from './virtual-clock.ts'

test('time stands still until it is advanced', async () => {
  const clock = virtualClock(1_000)
  assert.equal(clock.now(), 1_000)
  await clock.advance(250)
  assert.equal(clock.now(), 1_250)
})

test('timers fire in the order in which they fall due, each at its own time', async () => {
  const clock = virtualClock(0)
  const fired: [string, number][] = []
  clock.setTimeout(() => fired.push(['later', clock.now()]), 20)
  clock.setTimeout(() => fired.push(['sooner', clock.now()]), 10)
  clock.setTimeout(() => fired.push(['too late', clock.now()]), 31)
  await clock.advance(30)
  assert.deepEqual(fired, [
    ['sooner', 10],
    ['later', 20],
  ])
  assert.equal(clock.pending(), 1)
})

test('what a timer schedules within the span fires in the same advance', async () => {
  const clock = virtualClock(0)
  const fired: number[] = []
  const again = () => {
    fired.push(clock.now())
    if (fired.length < 3) clock.setTimeout(again, 10)
  }
  clock.setTimeout(again, 10)
  await clock.advance(100)
  assert.deepEqual(fired, [10, 20, 30])
})

test('a disposed timer does not fire', async () => {
  const clock = virtualClock(0)
  let fired = false
  const timer = clock.setTimeout(() => {
    fired = true
  }, 10)
  timer[Symbol.dispose]()
  await clock.advance(10)
  assert.equal(fired, false)
})

test('sleep ends with its time, or at once when the signal aborts', async () => {
  const clock = virtualClock(0)
  const slept = sleep(clock, 50, new AbortController().signal)
  await clock.advance(50)
  await slept

  const leaving = new AbortController()
  const interrupted = sleep(clock, 50, leaving.signal)
  leaving.abort()
  await interrupted
  await sleep(clock, 50, AbortSignal.abort())
  assert.equal(clock.pending(), 0)
})
