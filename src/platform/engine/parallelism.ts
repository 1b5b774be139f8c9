/** As many at once as a key allows; the others wait in the order in which they came. Whoever is idle costs nothing. */
export interface Parallelism<K> {
  /**
   * A place, given back when it is disposed. Undefined where all are taken: then `whenFree` is called once, when one is free
   * again; an asker who asks once more is not entered twice.
   */
  readonly take: (key: K, asking: Asking) => Disposable | undefined
  /** Waits for a place, and has it while the work is done. */
  readonly run: <T>(key: K, limit: number, work: () => Promise<T>) => Promise<T>
}

export interface Asking {
  /** How many there are at the moment. */
  readonly limit: number
  readonly asker: unknown
  readonly whenFree: () => void
}

interface Lane {
  taken: number
  readonly waiting: Map<unknown, () => void>
}

export function parallelism<K>(): Parallelism<K> {
  const lanes = new Map<K, Lane>()
  const take: Parallelism<K>['take'] = (key, { limit, asker, whenFree }) => {
    const lane = lanes.get(key) ?? { taken: 0, waiting: new Map() }
    lanes.set(key, lane)
    if (lane.taken >= limit) {
      lane.waiting.set(asker, whenFree)
      return undefined
    }
    lane.waiting.delete(asker)
    lane.taken++
    return {
      [Symbol.dispose]() {
        lane.taken--
        const [next] = lane.waiting
        if (next !== undefined) {
          lane.waiting.delete(next[0])
          next[1]()
        } else if (lane.taken === 0) lanes.delete(key)
      },
    }
  }
  return {
    take,
    async run(key, limit, work) {
      const asker = {}
      for (;;) {
        const { promise, resolve } = Promise.withResolvers<void>()
        using place = take(key, { limit, asker, whenFree: resolve })
        if (place !== undefined) return await work()
        await promise
      }
    },
  }
}
