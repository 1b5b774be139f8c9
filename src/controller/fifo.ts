/** First in, first out, at constant cost: Array.shift moves every element of a long array. */
export interface Fifo<T> {
  readonly push: (item: T) => void
  readonly shift: () => T | undefined
  readonly length: () => number
}

/** The array is cut when at least this many places, and half of all, lie behind the head. */
const CUT = 1024

export function createFifo<T>(): Fifo<T> {
  let items: (T | undefined)[] = []
  let head = 0
  return {
    push: (item) => void items.push(item),
    shift() {
      if (head === items.length) return undefined
      const item = items[head]
      items[head++] = undefined
      if (head === items.length) {
        items = []
        head = 0
      } else if (head >= CUT && head * 2 >= items.length) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
    length: () => items.length - head,
  }
}
