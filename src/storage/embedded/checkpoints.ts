/**
 * Keeps the write-ahead log short: copies its pages into the database. A thread of its own does it while commits go on; as it
 * can never catch up with a busy writer, and the log begins anew only when all of it has been copied, the writer copies
 * the rest itself when the log is over a limit. The thread starts with the first work.
 */
import { once } from 'node:events'
import type { DatabaseSync } from 'node:sqlite'
import { type MessagePort, Worker } from 'node:worker_threads'
import { openForCheckpoints } from './schema.ts'
import { isFull } from './sqlite-errors.ts'
import type { WorkerInput } from './wire.ts'

/** Worth a checkpoint: so many pages written, by estimate. */
const PAGES = 500
/** The writer copies the rest itself: 32 MiB. */
const LIMIT_PAGES = 2_000

type Report = { readonly pages: number } | { readonly failed: string }

export interface Checkpoints {
  /** To be told after each group about how many pages it has written. Throws what makes the store fail. */
  written(pages: number): void
  close(): Promise<void>
}

export function createCheckpoints(
  db: DatabaseSync,
  input: WorkerInput,
  workerFile: string,
  failed: (error: Error) => void,
): Checkpoints {
  let unchecked = 0
  let busy = false
  let thread: Worker | undefined

  function startThread(): Worker {
    const workerData: WorkerInput = { ...input, role: 'checkpointer' }
    const started = new Worker(new URL(workerFile), { workerData, name: 'keelson-checkpoints', execArgv: [] })
    started.on('error', failed)
    started.on('message', (report: Report) => {
      busy = false
      if ('failed' in report) failed(new Error(report.failed))
      else if (report.pages > LIMIT_PAGES) checkpoint(db)
    })
    return started
  }

  return {
    written(pages) {
      unchecked += pages
      if (busy || unchecked < PAGES) return
      busy = true
      unchecked = 0
      thread ??= startThread()
      thread.postMessage('checkpoint')
    },
    async close() {
      if (thread === undefined) return
      const exited = once(thread, 'exit')
      thread.postMessage('close')
      await exited
    },
  }
}

/** The thread's side. */
export function startCheckpointer({ directory, faults }: WorkerInput, port: MessagePort): void {
  const db = openForCheckpoints(directory, faults.synchronous ?? 'full')
  port.on('message', (message: 'checkpoint' | 'close') => {
    if (message === 'close') {
      db.close()
      port.close()
      return
    }
    let report: Report
    try {
      report = { pages: checkpoint(db) }
    } catch (error) {
      report = { failed: error instanceof Error ? error.message : String(error) }
    }
    port.postMessage(report)
  })
}

/** Returns how many pages are in the write-ahead log. Without space it stays as long as it is. */
function checkpoint(db: DatabaseSync): number {
  try {
    return Number(db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()?.log)
  } catch (error) {
    if (isFull(error)) return 0
    throw error
  }
}
