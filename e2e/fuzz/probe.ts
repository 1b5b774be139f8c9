/**
 * Loaded into the server by `--import`: measures how long its event loop is held, in processor time of the thread, which other
 * programs on the machine do not lengthen. Writes one JSON line a second into the file that KEELSON_FUZZ_PROBE names; SIGUSR2
 * collects garbage first.
 */
import { appendFileSync } from 'node:fs'
import process from 'node:process'
import { isMainThread } from 'node:worker_threads'

export interface Measurement {
  /** The longest turn of the loop since the last line, in milliseconds of processor time. */
  readonly longest: number
  /** How many turns took more than ten. */
  readonly over: number
  readonly heapMegabytes: number
  readonly collected: boolean
}

const BOUND = 10

const file = process.env.KEELSON_FUZZ_PROBE
if (isMainThread && file !== undefined) {
  let longest = 0
  let over = 0
  let before = used()
  const turn = () => {
    const now = used()
    const took = now - before
    before = now
    if (took > longest) longest = took
    if (took > BOUND) over++
  }
  const write = (collected: boolean) => {
    const heapMegabytes = process.memoryUsage().heapUsed / 1e6
    appendFileSync(file, `${JSON.stringify({ longest, over, heapMegabytes, collected } satisfies Measurement)}\n`)
    longest = 0
    over = 0
    before = used()
  }
  setInterval(turn, 1).unref()
  setInterval(() => write(false), 1000).unref()
  process.on('SIGUSR2', () => {
    turn()
    globalThis.gc?.()
    write(true)
  })
}

function used(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
