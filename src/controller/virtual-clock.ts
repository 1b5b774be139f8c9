import type { Clock } from './clock.ts'

export interface VirtualClock extends Clock {
  /**
   * Moves time on by `ms` milliseconds and fires what falls due, in order and each at its own time. Work that a timer
   * starts gets its turn before the next timer fires, so that what it schedules within the span fires as well.
   */
  readonly advance: (ms: number) => Promise<void>
  /** How many timers wait. */
  readonly pending: () => number
}

interface Timer {
  readonly due: number
  readonly callback: () => void
}

/** Turns of the event loop that work started by a timer gets: many more than a reconcile without real I/O takes. */
const TURNS = 20

/** A clock that stands still until it is advanced. `start` is in milliseconds since the epoch. */
export function virtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = start
  const timers = new Set<Timer>()

  const nextUntil = (end: number): Timer | undefined => {
    let next: Timer | undefined
    for (const timer of timers) if (timer.due <= end && (next === undefined || timer.due < next.due)) next = timer
    return next
  }

  return {
    now: () => now,
    setTimeout(callback, ms) {
      const timer = { due: now + Math.max(0, ms), callback }
      timers.add(timer)
      return { [Symbol.dispose]: () => void timers.delete(timer) }
    },
    async advance(ms) {
      const end = now + ms
      await settle()
      for (let timer = nextUntil(end); timer !== undefined; timer = nextUntil(end)) {
        timers.delete(timer)
        now = Math.max(now, timer.due)
        timer.callback()
        await settle()
      }
      now = end
    },
    pending: () => timers.size,
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve))
}
