/** Time as a value, so that tests can advance it. Nothing in a controller reads the machine's clock directly. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Calls back once, `ms` milliseconds from now, unless it is disposed before. */
  readonly setTimeout: (callback: () => void, ms: number) => Disposable
}

/** Node fires timers beyond 2^31 - 1 ms at once. */
const MAX_TIMEOUT = 0x7fff_ffff

export const systemClock: Clock = {
  now: Date.now,
  setTimeout(callback, ms) {
    const timer = setTimeout(callback, Math.max(0, Math.min(ms, MAX_TIMEOUT)))
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  },
}

/** Resolves after `ms` milliseconds, or as soon as the signal aborts. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const wake = () => {
      timer[Symbol.dispose]()
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const timer = clock.setTimeout(wake, ms)
    signal.addEventListener('abort', wake, { once: true })
  })
}

/** metav1.Time on the wire: RFC 3339 in UTC, whole seconds. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
