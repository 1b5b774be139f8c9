/** Many due times behind one timer: a binary heap, whose cancelled entries are dropped when they come up. */
import type { Clock } from './clock.ts'

export interface Due<T> {
  readonly at: number
  readonly item: T
  cancelled: boolean
}

export interface Delays<T> extends Disposable {
  /** Calls `fall` with the item when the clock reaches `at`. */
  readonly add: (item: T, at: number) => Due<T>
}

export function createDelays<T>(clock: Clock, fall: (item: T) => void): Delays<T> {
  const heap: Due<T>[] = []
  let timer: Disposable | undefined
  let timerAt = Number.POSITIVE_INFINITY

  const arm = () => {
    while (heap[0]?.cancelled === true) pop(heap)
    const next = heap[0]?.at ?? Number.POSITIVE_INFINITY
    if (next === timerAt) return
    timer?.[Symbol.dispose]()
    timerAt = next
    timer = next === Number.POSITIVE_INFINITY ? undefined : clock.setTimeout(fire, next - clock.now())
  }
  const fire = () => {
    timerAt = Number.POSITIVE_INFINITY
    for (let due = heap[0]; due !== undefined && (due.cancelled || due.at <= clock.now()); due = heap[0]) {
      pop(heap)
      if (!due.cancelled) fall(due.item)
    }
    arm()
  }

  return {
    add(item, at) {
      const due = { at, item, cancelled: false }
      push(heap, due)
      arm()
      return due
    },
    [Symbol.dispose]() {
      heap.length = 0
      arm()
    },
  }
}

function push<T>(heap: Due<T>[], due: Due<T>): void {
  let place = heap.push(due) - 1
  while (place > 0) {
    const above = (place - 1) >> 1
    const parent = heap[above]
    if (parent === undefined || parent.at <= due.at) break
    heap[place] = parent
    place = above
  }
  heap[place] = due
}

function pop<T>(heap: Due<T>[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let place = 0
  for (;;) {
    let below = place * 2 + 1
    const left = heap[below]
    if (left === undefined) break
    const right = heap[below + 1]
    if (right !== undefined && right.at < left.at) below++
    const child = heap[below]
    if (child === undefined || child.at >= last.at) break
    heap[place] = child
    place = below
  }
  heap[place] = last
}
