/**
 * Requests of the process's own controllers begin one in each turn of the event loop. Where they go on, the loop is left to others
 * after a few turns for three times as long as those took: housekeeping has a quarter of the time, whatever the machine. Without it a
 * thousand objects that go at once are one long task, and every tenant waits for its end; with half of the time the loop was full
 * where a tenant wrote one object after the other. What somebody waits for, a cluster that becomes ready, is a few hundred
 * requests, and is not held back.
 */
import type { ApiResponse, Handler } from '../machinery/index.ts'
import { createFifo } from './fifo.ts'

/** Before a rest, at some tenths of a millisecond each: a timer cannot be set for less than one. */
const TURNS = 2
/** A rest in times of what was before it. */
const REST = 3
/** Milliseconds: what took longer was somebody else's, or the machine's. */
const LONGEST_REST = 20
/** Requests that begin without a rest, and how many come to be so again in a millisecond. */
const BURST = 1000
const REFILL = 0.1

export function paced(handler: Handler, burst = BURST): Handler {
  const waiting = createFifo<() => void>()
  /** Whether this turn has begun one, or rests. */
  let taken = false
  let turns = 0
  let since = 0
  let left = burst

  function take(): void {
    taken = true
    if (turns++ === 0) {
      const now = performance.now()
      left = Math.min(burst, left + (now - since) * REFILL)
      since = now
    }
    left -= 1
    setImmediate(turnOver)
  }

  function turnOver(): void {
    if (waiting.length() === 0 || left > 0) turns = 0
    if (turns < TURNS) {
      turn()
      return
    }
    turns = 0
    const rest = Math.min(REST * (performance.now() - since), LONGEST_REST)
    // Timers count from the beginning of the loop's turn: from that of the next one, which comes after what has been done here.
    setImmediate(() => setTimeout(turn, rest))
  }

  function turn(): void {
    taken = false
    const next = waiting.shift()
    if (next === undefined) return
    take()
    next()
  }

  return (request) => {
    if (!taken && waiting.length() === 0) {
      take()
      return handler(request)
    }
    return new Promise<ApiResponse>((resolve) => {
      waiting.push(() => resolve(handler(request)))
    })
  }
}
