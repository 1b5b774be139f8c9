/**
 * Which commits are under way at once. Lanes take turns, so that one tenant's flood delays nobody else; within a lane a commit
 * waits for those before it that name a key of its own, and no longer: etcd syncs many transactions at once, and one at a time
 * in each lane would leave that unused.
 */
import type { Commit } from '../store.ts'

const ALL = 96
const OF_A_LANE = 24

interface Footprint {
  readonly writes: ReadonlySet<string>
  readonly sweeps: readonly string[]
  readonly reads: ReadonlySet<string>
  readonly under: readonly string[]
}

export function footprintOf({ preconditions, operations }: Commit): Footprint {
  const writes = new Set<string>()
  const sweeps: string[] = []
  const reads = new Set<string>()
  const under: string[] = []
  for (const one of operations) {
    if (one.type === 'deletePrefix') sweeps.push(one.prefix)
    else writes.add(one.key)
  }
  for (const one of preconditions) {
    if (one.type === 'noneUnder') under.push(one.prefix)
    else reads.add(one.key)
  }
  return { writes, sweeps, reads, under }
}

/** Whether the outcome of one depends on which of them is first. */
export function conflict(one: Footprint, other: Footprint): boolean {
  return touches(one, other) || touches(other, one)
}

/** Whether what one writes is written or read by the other. */
function touches(one: Footprint, other: Footprint): boolean {
  for (const key of one.writes) {
    if (other.writes.has(key) || other.reads.has(key)) return true
    if (other.sweeps.some((prefix) => key.startsWith(prefix))) return true
    if (other.under.some((prefix) => key.startsWith(prefix))) return true
  }
  return one.sweeps.some((prefix) => {
    for (const key of other.reads) if (key.startsWith(prefix)) return true
    return [...other.sweeps, ...other.under].some((wide) => prefix.startsWith(wide) || wide.startsWith(prefix))
  })
}

interface Lane {
  readonly waiting: { readonly footprint: Footprint; readonly start: () => void }[]
  readonly active: Set<Footprint>
}

export interface Dispatcher {
  run<T>(commit: Commit, work: () => Promise<T>): Promise<T>
  /** Resolves when nothing is under way or waits. */
  drained(): Promise<void>
}

export function createDispatcher(): Dispatcher {
  const lanes = new Map<string, Lane>()
  let active = 0
  let idle: (() => void)[] = []

  /** One commit of each lane in turn, as long as any may begin. */
  function pump(): void {
    for (let began = true; began && active < ALL; ) {
      began = false
      for (const [name, lane] of lanes) {
        if (active >= ALL) return
        const head = lane.waiting[0]
        if (head === undefined || lane.active.size >= OF_A_LANE) continue
        if ([...lane.active].some((other) => conflict(other, head.footprint))) continue
        lane.waiting.shift()
        lane.active.add(head.footprint)
        active++
        began = true
        // Whoever had a turn goes to the end.
        lanes.delete(name)
        lanes.set(name, lane)
        head.start()
        break
      }
    }
  }

  function ended(name: string, lane: Lane, footprint: Footprint): void {
    lane.active.delete(footprint)
    active--
    if (lane.active.size === 0 && lane.waiting.length === 0) lanes.delete(name)
    if (lanes.size === 0) for (const resolve of idle.splice(0)) resolve()
    pump()
  }

  return {
    async run(commit, work) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const footprint = footprintOf(commit)
      const lane: Lane = lanes.get(commit.lane) ?? { waiting: [], active: new Set() }
      lanes.set(commit.lane, lane)
      lane.waiting.push({ footprint, start: resolve })
      pump()
      await promise
      try {
        return await work()
      } finally {
        ended(commit.lane, lane, footprint)
      }
    },
    drained() {
      if (lanes.size === 0) return Promise.resolve()
      return new Promise((resolve) => {
        idle = [...idle, resolve]
      })
    },
  }
}
