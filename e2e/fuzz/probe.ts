/**
 * Loaded into the server by `--import`: measures how long its event loop is held, in processor time of the thread, which other
 * programs on the machine do not lengthen. At each SIGUSR2 it collects garbage and adds a JSON line to the file that
 * KEELSON_FUZZ_PROBE names: what was seen since the last one.
 */
import { appendFileSync } from 'node:fs'
import process from 'node:process'
import { isMainThread } from 'node:worker_threads'

export interface Measurement {
  /** The longest turn of the loop, in milliseconds of processor time, garbage collection included. */
  readonly longest: number
  /** How many turns took more than ten. */
  readonly over: number
  /** All turns together. */
  readonly used: number
  readonly heapMegabytes: number
}

const BOUND = 10

const file = process.env.KEELSON_FUZZ_PROBE
if (isMainThread && file !== undefined) {
  let longest = 0
  let over = 0
  let start = used()
  let before = start
  const turn = () => {
    const now = used()
    const took = now - before
    before = now
    if (took > longest) longest = took
    if (took > BOUND) over++
  }
  setInterval(turn, 1).unref()
  process.on('SIGUSR2', () => {
    turn()
    const all = before - start
    globalThis.gc?.()
    const heapMegabytes = process.memoryUsage().heapUsed / 1e6
    appendFileSync(file, `${JSON.stringify({ longest, over, used: all, heapMegabytes } satisfies Measurement)}\n`)
    longest = 0
    over = 0
    start = used()
    before = start
  })
}

function used(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
