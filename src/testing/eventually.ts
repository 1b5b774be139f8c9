import { setTimeout as delay } from 'node:timers/promises'

export interface WaitOptions {
  /** Milliseconds; default 60,000: a bound for what never comes, not for a busy machine. */
  readonly timeout?: number
}

/**
 * Calls `check` until it neither throws nor rejects, and resolves with what it returns. After the time-out it rejects with the
 * last error.
 *
 * @example await eventually(async () => assert.equal((await client.list(configMaps)).items.length, 0))
 */
export async function eventually<T>(check: () => T | Promise<T>, { timeout = 60_000 }: WaitOptions = {}): Promise<T> {
  const end = performance.now() + timeout
  for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() >= end) throw error
      await delay(wait)
    }
  }
}
