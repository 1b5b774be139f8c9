import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createDelays } from './delays.ts'
import { virtualClock } from './virtual-clock.ts'

test('items fall in order of their times, cancelled ones never, all behind one timer', async () => {
  const times = fc.array(fc.record({ at: fc.nat(1_000), cancelled: fc.boolean() }), { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(times, async (given) => {
      const clock = virtualClock(0)
      const fallen: number[] = []
      const delays = createDelays<number>(clock, (at) => {
        assert.ok(clock.now() >= at)
        fallen.push(at)
      })
      const dues = given.map(({ at }) => delays.add(at, at))
      for (const [index, { cancelled }] of given.entries()) {
        const due = dues[index]
        if (due !== undefined) due.cancelled = cancelled
      }
      assert.ok(clock.pending() <= 1)
      await clock.advance(1_000)
      const expected = given.filter(({ cancelled }) => !cancelled).map(({ at }) => at)
      assert.deepEqual(
        fallen,
        expected.toSorted((one, other) => one - other),
      )
      assert.equal(clock.pending(), 0)
    }),
    { numRuns: 40 },
  )
})

test('disposing forgets what waits', async () => {
  const clock = virtualClock(0)
  const delays = createDelays<string>(clock, () => assert.fail('fell after it was disposed'))
  delays.add('x', 10)
  delays[Symbol.dispose]()
  await clock.advance(20)
  assert.equal(clock.pending(), 0)
})
