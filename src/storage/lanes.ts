/**
 * The writer's queue, fair between lanes: a group is filled by turns, so that a lane with thousands waiting delays another's
 * commit by one group at most (design.md, "one tenant floods").
 */
const TURN = 8
const GROUP = 32

export interface Lanes<T> {
  push(lane: string, item: T): void
  /** The next group: up to 32 items, up to 8 of a lane in each turn. Items of one lane keep their order. */
  take(): T[]
  size(): number
}

export function createLanes<T>(): Lanes<T> {
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
      while (group.length < GROUP && size > 0) {
        for (const [lane, queue] of waiting) {
          const turn = queue.splice(0, Math.min(TURN, GROUP - group.length))
          group.push(...turn)
          size -= turn.length
          // Whoever had a turn goes to the end, so that the next group begins with another.
          waiting.delete(lane)
          if (queue.length > 0) waiting.set(lane, queue)
          if (group.length === GROUP) break
        }
      }
      return group
    },
    size: () => size,
  }
}
