/**
 * Loaded into the server by `--import`: measures how long its event loop is held. At each SIGUSR2 it collects garbage and adds a
 * JSON line to the file that KEELSON_FUZZ_PROBE names: what was seen since the last one.
 *
 * A turn is measured in processor time of the main thread (getrusage of RUSAGE_THREAD). Wall clock, event loop delay and event loop
 * utilization count what the machine gave to others meanwhile, too: on a busy one they say nothing of Keelson. Collections of
 * garbage on the thread count. One that goes through the whole heap falls to whichever request comes when it is due: turns with such
 * a one are told apart.
 */
import { appendFileSync } from 'node:fs'
import { constants, PerformanceObserver } from 'node:perf_hooks'
import process from 'node:process'
import { isMainThread } from 'node:worker_threads'

export interface Measurement {
  /** The longest turn of the loop, in milliseconds of processor time, without those in which the whole heap was collected. */
  readonly longest: number
  /** The longest of those. */
  readonly collecting: number
  /** How many turns took more than ten. */
  readonly over: number
  /** All turns together. */
  readonly used: number
  readonly heapMegabytes: number
  /** What the same work takes here as takes a millisecond where docs/benchmarks.md was measured. */
  readonly pace: number
}

const BOUND = 10

interface Turn {
  /** Of performance.now(). */
  readonly start: number
  readonly end: number
  readonly took: number
}

const file = process.env.KEELSON_FUZZ_PROBE
if (isMainThread && file !== undefined) {
  let longest = 0
  let long: Turn[] = []
  let collections: PerformanceEntry[] = []
  let start = used()
  let before = start
  let began = performance.now()
  const observer = new PerformanceObserver((list) => {
    collections.push(...list.getEntries().filter(isOfWholeHeap))
  })
  observer.observe({ entryTypes: ['gc'] })
  const turn = () => {
    const now = used()
    const ended = performance.now()
    const took = now - before
    if (took > BOUND) long.push({ start: began, end: ended, took })
    else longest = Math.max(longest, took)
    before = now
    began = ended
  }
  setInterval(turn, 1).unref()
  process.on('SIGUSR2', () => {
    turn()
    collections.push(...observer.takeRecords().filter(isOfWholeHeap))
    const collects = ({ start, end }: Turn) =>
      collections.some(({ startTime, duration }) => startTime < end && startTime + duration > start)
    const most = (turns: readonly Turn[]) => Math.max(0, ...turns.map(({ took }) => took))
    const own = long.filter((one) => !collects(one))
    const measured = {
      longest: Math.max(longest, most(own)),
      collecting: most(long.filter(collects)),
      over: own.length,
      used: before - start,
      pace: pace(),
    }
    globalThis.gc?.()
    const heapMegabytes = process.memoryUsage().heapUsed / 1e6
    appendFileSync(file, `${JSON.stringify({ ...measured, heapMegabytes } satisfies Measurement)}\n`)
    long = []
    collections = []
    longest = 0
    start = used()
    before = start
    began = performance.now()
  })
}

function isOfWholeHeap(entry: PerformanceEntry): boolean {
  const { detail } = entry as PerformanceEntry & { detail: { kind: number } }
  return detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR
}

function used(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

const WORK = JSON.stringify(Array.from({ length: 9500 }, (_, index) => ({ name: `item-${index}`, count: index })))

const TRIES = 20

/** A busy machine has a slower pace: caches are cold, and a core is shared by two threads. */
function pace(): number {
  const begun = used()
  for (let each = 0; each < TRIES; each++) JSON.parse(WORK)
  return (used() - begun) / TRIES
}
