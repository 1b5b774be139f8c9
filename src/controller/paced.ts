/**
 * Requests of the process's own controllers begin a few in each turn of the event loop: what comes by socket is looked at in
 * between. Without it a thousand objects that go at once are one long task, and every tenant waits for its end.
 */
import type { ApiResponse, Handler } from '../machinery/index.ts'
import { createFifo } from './fifo.ts'

/** At some tenths of a millisecond each. */
const BEGUN_IN_A_TURN = 4

export function paced(handler: Handler): Handler {
  const waiting = createFifo<() => void>()
  let begun = 0

  function turn(): void {
    begun = 0
    while (begun < BEGUN_IN_A_TURN && waiting.length() > 0) {
      count()
      waiting.shift()?.()
    }
  }

  function count(): void {
    if (begun++ === 0) setImmediate(turn)
  }

  return (request) => {
    if (begun < BEGUN_IN_A_TURN && waiting.length() === 0) {
      count()
      return handler(request)
    }
    return new Promise<ApiResponse>((resolve) => {
      waiting.push(() => resolve(handler(request)))
    })
  }
}
