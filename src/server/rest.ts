/** Rests of a long request: it leaves the event loop to others for twice as long as the loop was busy since its last one. */
import { setTimeout as sleep } from 'node:timers/promises'

/** A rest in times of what was before it. */
const TIMES = 2
/** Milliseconds: where others have the loop all the time, what rests is not to starve. */
const LONGEST = 5

/** Call what it returns after each step; the first steps, as many as are given, go without a rest. */
export function createRests(signal: AbortSignal, without = 0): () => Promise<void> {
  let steps = 0
  let last = performance.eventLoopUtilization()
  return async () => {
    if (++steps > without) {
      const { active } = performance.eventLoopUtilization(last)
      await sleep(Math.min(TIMES * active, LONGEST), undefined, { signal })
    }
    last = performance.eventLoopUtilization()
  }
}
