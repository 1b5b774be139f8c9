import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createRests } from './rest.ts'

function busy(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

test('the first steps go without a rest; then others have twice the time that the loop was busy, up to a bound', async () => {
  await turn()
  const rest = createRests(new AbortController().signal, 2)
  for (const [step, rests] of [false, false, true, true].entries()) {
    let others = false
    setImmediate(() => {
      others = true
    })
    busy(2)
    const began = performance.now()
    await rest()
    assert.equal(others, rests, `step ${step}`)
    // A timer may be a millisecond early.
    if (rests) assert.ok(performance.now() - began >= 3, `step ${step}: ${performance.now() - began} ms`)
    await turn()
  }
})

test('a rest ends with the request', async () => {
  await turn()
  const request = new AbortController()
  const rest = createRests(request.signal)
  busy(2)
  const resting = rest()
  request.abort(new Error('the client is gone'))
  await assert.rejects(resting, { name: 'AbortError' })
})
