/** So many at once on one Docker by this process; the others wait in the order in which they came. */
interface Lane {
  taken: number
  readonly waiting: (() => void)[]
}

const lanes = new Map<string, Lane>()

export async function takeTurn(key: string, limit: number, signal: AbortSignal): Promise<Disposable> {
  signal.throwIfAborted()
  const lane = lanes.get(key) ?? { taken: 0, waiting: [] }
  lanes.set(key, lane)
  if (lane.taken < limit) lane.taken++
  else {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const stop = (): void => {
      const place = lane.waiting.indexOf(resolve)
      if (place === -1) return
      lane.waiting.splice(place, 1)
      reject(signal.reason)
    }
    lane.waiting.push(resolve)
    signal.addEventListener('abort', stop, { once: true })
    // Whoever gives a place away hands it on: it stays taken.
    await promise.finally(() => signal.removeEventListener('abort', stop))
  }
  return {
    [Symbol.dispose]() {
      const next = lane.waiting.shift()
      if (next !== undefined) return next()
      lane.taken--
      if (lane.taken === 0) lanes.delete(key)
    },
  }
}
