/**
 * The writer's queue, fair between lanes: a group is filled by turns, so that a lane with thousands waiting delays another's
 * commit by one group at most (design.md, "one tenant floods").
 */
const TURN = 8
const GROUP = 32
/** A group ends when it is as heavy as this, however few it has. */
const WEIGHT = 256

export interface Lanes<T> {
  push(lane: string, item: T): void
  /** The next group: up to 32 items, fewer of heavy ones; up to 8 of a lane in each turn. Items of one lane keep their order. */
  take(): T[]
  size(): number
}

/** @param weigh how much work an item is: about the operations of a commit. */
export function createLanes<T>(weigh: (item: T) => number): Lanes<T> {
  const waiting = new Map<string, T[]>()
  let size = 0
  return {
    push(lane, item) {
      const queue = waiting.get(lane)
      if (queue === undefined) waiting.set(lane, [item])
      else queue.push(item)
      size++
    },
    take() {
      const group: T[] = []
      let weight = 0
      const full = (): boolean => group.length === GROUP || weight >= WEIGHT
      while (!full() && size > 0) {
        for (const [lane, queue] of waiting) {
          let taken = 0
          for (; taken < Math.min(TURN, queue.length) && !full(); taken++) {
            const item = queue[taken] as T
            group.push(item)
            weight += weigh(item)
          }
          queue.splice(0, taken)
          size -= taken
          // Whoever had a turn goes to the end, so that the next group begins with another.
          waiting.delete(lane)
          if (queue.length > 0) waiting.set(lane, queue)
          if (full()) break
        }
      }
      return group
    },
    size: () => size,
  }
}
