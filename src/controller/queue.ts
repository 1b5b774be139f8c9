/**
 * The work queue of a controller. Its promises are client-go's (util/workqueue): a key that is added many times before a
 * worker takes it is worked on once; a key that is added while it is worked on comes again afterwards; one key is never
 * with two workers. Added to that: logical clusters take turns, so that a tenant's flood delays nobody else's object.
 */
import type { Clock } from './clock.ts'
import { createDelays, type Due } from './delays.ts'
import { createFifo, type Fifo } from './fifo.ts'
import { keyOf, type Request, type Result } from './request.ts'
import { measureQueue } from './workqueue-metrics.ts'

/** Milliseconds: first × 2^(failures - 1), at most max. client-go's DefaultTypedControllerRateLimiter: 5 and 1,000,000. */
export interface Backoff {
  readonly first: number
  readonly max: number
}

export interface QueueOptions {
  /** Of the controller: what its metrics are counted under; without one, nothing is counted. */
  readonly name?: string
  /** Its answer alone decides when the key comes again, unless the key is added from outside; a rejection is retried. */
  readonly process: (request: Request) => Promise<Result>
  /** How many requests are worked on at a time. */
  readonly concurrency: number
  /** How many of them one logical cluster may hold; default: half, so that one whose requests hang cannot stop the rest. */
  readonly perCluster?: number
  readonly backoff?: Backoff
  readonly clock: Clock
  readonly failed: (request: Request, error: unknown, retryIn: number) => void
}

export interface Queue extends AsyncDisposable {
  /** Of several times for one key the earliest holds. */
  readonly add: (request: Request, afterMs?: number) => void
  /** Requests that wait for a worker or are with one; not those whose time has not come. */
  readonly depth: () => number
  /** Resolves when no request waits for a worker or is with one. */
  readonly idle: () => Promise<void>
}

interface Entry {
  readonly request: Request
  readonly key: string
  readonly lane: Lane
  state: 'resting' | 'ready' | 'running' | 'again'
  failures: number
  /** When it came into its state, by performance.now; of no meaning at rest. */
  since: number
  due: Due<Entry> | undefined
}

/** One logical cluster's share. It exists only while one of its requests does. */
interface Lane {
  readonly cluster: string
  readonly ready: Fifo<Entry>
  running: number
  entries: number
  inTurn: boolean
}

const DEFAULT_BACKOFF: Backoff = { first: 5, max: 1_000_000 }

export function createQueue({ process, concurrency, clock, failed, ...options }: QueueOptions): Queue {
  const perCluster = options.perCluster ?? Math.ceil(concurrency / 2)
  const backoff = options.backoff ?? DEFAULT_BACKOFF
  const entries = new Map<string, Entry>()
  const lanes = new Map<string, Lane>()
  const turn = createFifo<Lane>()
  const delays = createDelays<Entry>(clock, (entry) => {
    entry.due = undefined
    makeReady(entry)
  })
  let waiting = 0
  let running = 0
  let dispatching = false
  let closed = false
  let whenIdle: (() => void)[] = []

  const isWorkedOn = ({ state }: Entry): boolean => state === 'running' || state === 'again'
  const measured = {
    waiting: () => waiting,
    begun: () => [...entries.values()].filter(isWorkedOn).map(({ since }) => since),
  }
  const metrics = options.name === undefined ? undefined : measureQueue(options.name, measured)

  const entryOf = (request: Request): Entry => {
    const key = keyOf(request)
    const known = entries.get(key)
    if (known !== undefined) return known
    const { cluster } = request
    const lane = lanes.get(cluster) ?? { cluster, ready: createFifo(), running: 0, entries: 0, inTurn: false }
    lanes.set(cluster, lane)
    lane.entries++
    const entry: Entry = { request, key, lane, state: 'resting', failures: 0, since: 0, due: undefined }
    entries.set(key, entry)
    return entry
  }
  const forgetIfResting = (entry: Entry) => {
    if (entry.state !== 'resting' || entry.due !== undefined) return
    entries.delete(entry.key)
    if (--entry.lane.entries === 0) lanes.delete(entry.lane.cluster)
  }
  const makeReady = (entry: Entry) => {
    if (entry.state === 'running') {
      entry.state = 'again'
      metrics?.added()
    }
    if (entry.state !== 'resting') return
    metrics?.added()
    becomeReady(entry)
  }
  const becomeReady = (entry: Entry) => {
    entry.state = 'ready'
    entry.since = performance.now()
    waiting++
    entry.lane.ready.push(entry)
    offer(entry.lane)
    scheduleDispatch()
  }
  const offer = (lane: Lane) => {
    if (lane.inTurn || lane.ready.length() === 0 || lane.running >= perCluster) return
    lane.inTurn = true
    turn.push(lane)
  }
  const delay = (entry: Entry, ms: number) => {
    // What ends last wants another look, too: its timer would keep the process from ending.
    if (closed) return
    metrics?.retried()
    const at = clock.now() + ms
    if (entry.due !== undefined && entry.due.at <= at) return
    cancel(entry)
    entry.due = delays.add(entry, at)
  }
  const cancel = (entry: Entry) => {
    if (entry.due !== undefined) entry.due.cancelled = true
    entry.due = undefined
  }
  /** Workers start from the event loop, never from the caller: sockets get their turn, and bursts are counted once. */
  const scheduleDispatch = () => {
    if (dispatching || closed) return
    dispatching = true
    setImmediate(dispatch)
  }
  const dispatch = () => {
    dispatching = false
    while (running < concurrency && !closed) {
      const lane = turn.shift()
      const entry = lane?.ready.shift()
      if (lane === undefined || entry === undefined) break
      lane.inTurn = false
      lane.running++
      running++
      waiting--
      entry.state = 'running'
      const now = performance.now()
      metrics?.taken(now - entry.since)
      entry.since = now
      cancel(entry)
      offer(lane)
      void work(entry)
    }
  }
  const work = async (entry: Entry) => {
    try {
      const result = await process(entry.request)
      entry.failures = 0
      if (result?.requeueAfter !== undefined) delay(entry, result.requeueAfter)
    } catch (error) {
      const retryIn = Math.min(backoff.first * 2 ** entry.failures++, backoff.max)
      failed(entry.request, error, retryIn)
      delay(entry, retryIn)
    }
    metrics?.done(performance.now() - entry.since)
    const again = entry.state === 'again'
    entry.state = 'resting'
    entry.lane.running--
    running--
    if (again) becomeReady(entry)
    else forgetIfResting(entry)
    offer(entry.lane)
    scheduleDispatch()
    if (running + waiting === 0 || (closed && running === 0)) {
      for (const resolve of whenIdle) resolve()
      whenIdle = []
    }
  }
  const idle = async () => {
    if (running + (closed ? 0 : waiting) > 0) await new Promise<void>((resolve) => whenIdle.push(resolve))
  }

  return {
    add(request, afterMs = 0) {
      if (closed) return
      const entry = entryOf(request)
      if (afterMs > 0) delay(entry, afterMs)
      else makeReady(entry)
    },
    depth: () => waiting + running,
    idle,
    async [Symbol.asyncDispose]() {
      closed = true
      metrics?.[Symbol.dispose]()
      delays[Symbol.dispose]()
      await idle()
    },
  }
}
