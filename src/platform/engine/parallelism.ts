/** As many at once as each key allows; the others wait in the order in which they came. */
export interface Parallelism<K> {
  readonly run: <T>(key: K, work: () => Promise<T>) => Promise<T>
}

export function parallelism<K extends object>(limitOf: (key: K) => number): Parallelism<K> {
  const lanes = new Map<K, { free: number; waiting: (() => void)[] }>()
  return {
    async run(key, work) {
      const lane = lanes.get(key) ?? { free: limitOf(key), waiting: [] }
      lanes.set(key, lane)
      if (lane.free > 0) lane.free--
      else await new Promise<void>((resolve) => lane.waiting.push(resolve))
      try {
        return await work()
      } finally {
        const next = lane.waiting.shift()
        if (next === undefined) lane.free++
        else next()
      }
    },
  }
}
