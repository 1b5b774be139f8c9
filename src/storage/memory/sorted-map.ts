/** A map from text, in order: chunks of sorted keys, so that an insertion among a million keys moves some hundred of them. */
const CHUNK = 512

export interface SortedMap<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
  delete(key: string): void
  /** In order, from the first key that is not less than `start`, while less than `end`. Must not be changed meanwhile. */
  range(start: string, end: string): Generator<[key: string, value: V]>
}

export function createSortedMap<V>(): SortedMap<V> {
  const values = new Map<string, V>()
  const chunks: string[][] = []

  /** The chunk that a key is in or belongs into: the last that begins at or before it. */
  function chunkOf(key: string): number {
    const index = lowerBound(chunks, (chunk) => (chunk[0] as string) <= key)
    return Math.max(index - 1, 0)
  }

  return {
    get: (key) => values.get(key),
    set(key, value) {
      const known = values.has(key)
      values.set(key, value)
      if (known) return
      const index = chunkOf(key)
      const chunk = chunks[index]
      if (chunk === undefined) {
        chunks.push([key])
        return
      }
      chunk.splice(
        lowerBound(chunk, (other) => other < key),
        0,
        key,
      )
      if (chunk.length > CHUNK) chunks.splice(index + 1, 0, chunk.splice(CHUNK / 2))
    },
    delete(key) {
      if (!values.delete(key)) return
      const index = chunkOf(key)
      const chunk = chunks[index] as string[]
      chunk.splice(
        lowerBound(chunk, (other) => other < key),
        1,
      )
      if (chunk.length === 0) chunks.splice(index, 1)
    },
    *range(start, end) {
      for (let index = chunkOf(start); index < chunks.length; index++) {
        const chunk = chunks[index] as string[]
        for (let at = lowerBound(chunk, (other) => other < start); at < chunk.length; at++) {
          const key = chunk[at] as string
          if (key >= end) return
          yield [key, values.get(key) as V]
        }
      }
    },
  }
}

/** How many elements at the beginning fulfil the condition, which no later one does. */
export function lowerBound<T>(sorted: readonly T[], before: (element: T) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (before(sorted[middle] as T)) low = middle + 1
    else high = middle
  }
  return low
}
