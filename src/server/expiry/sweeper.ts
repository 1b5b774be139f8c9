/** Sweeps once a minute: one timer for the whole process, and one look at the index while nothing is due. */
import type { ServerParts } from '../context.ts'
import type { ResourceDefinition } from '../definition.ts'
import { sweep } from './sweep.ts'

export interface SweeperOptions {
  readonly parts: ServerParts
  readonly definitions: readonly ResourceDefinition[]
  readonly report: (error: unknown, fields: Readonly<Record<string, string>>) => void
  readonly setTimeout?: (callback: () => void, ms: number) => Disposable
}

const PERIOD = 60_000

export function startSweeper({ parts, definitions, report, setTimeout = unreferenced }: SweeperOptions): Disposable {
  const stop = new AbortController()
  let timer: Disposable
  const wait = () => {
    timer = setTimeout(() => void look(), PERIOD)
  }
  const look = async () => {
    await sweep(parts, definitions, stop.signal).catch((error: unknown) => {
      if (!stop.signal.aborted) report(error, { sweep: 'expired objects' })
    })
    if (!stop.signal.aborted) wait()
  }
  wait()
  return {
    [Symbol.dispose]: () => {
      stop.abort()
      timer[Symbol.dispose]()
    },
  }
}

function unreferenced(callback: () => void, ms: number): Disposable {
  const timer = setTimeout(callback, ms)
  timer.unref()
  return { [Symbol.dispose]: () => clearTimeout(timer) }
}
