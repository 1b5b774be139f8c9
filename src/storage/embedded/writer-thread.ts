/** Starts the writer's thread and speaks with it. The thread keeps the process alive only while it has work. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Revision } from '../store.ts'
import { Refusal } from './refusals.ts'
import type { Trim } from './trimming.ts'
import type { FromWriter, ToWriter, WorkerInput } from './wire.ts'

export interface WriterThread {
  readonly revision: Revision
  readonly compacted: Revision
  readonly trims: readonly Trim[]
  post(message: ToWriter): void
  /** `failed` is called at most once, when the thread says so or ends by itself. */
  listen(received: (message: FromWriter) => void, failed: (cause: unknown) => void): void
  /** The process stays alive for an answer, until as many are released. */
  hold(): void
  release(): void
  /** Nothing more is written, by it or by the thread that does its checkpoints. */
  stop(): void
  /** Lets it finish what it has, and waits for its end. */
  close(): Promise<void>
}

/** From source the thread runs this folder's file; in the bundle, the one that lies beside it. */
function workerFile(): URL {
  const source = import.meta.url.endsWith('.ts')
  return new URL(source ? './worker.ts' : './storage-worker.js', import.meta.url)
}

export async function startWriter(input: WorkerInput, signal?: AbortSignal): Promise<WriterThread> {
  // Options of the process, like --input-type, can be wrong for the thread's file; it needs none.
  const worker = new Worker(workerFile(), { workerData: input, name: 'keelson-store', execArgv: [] })
  const exited = once(worker, 'exit')
  // Whoever awaits it sees the error; when nobody does, `failed` has been told.
  exited.catch(() => {})
  try {
    const [message] = (await once(worker, 'message', signal === undefined ? {} : { signal })) as [FromWriter]
    if (message.type === 'refused') throw new Refusal(message.message, message.remedy)
    if (message.type !== 'ready') throw new Error(`the writer began with ${message.type}`)
    worker.unref()
    return writerThread(worker, exited, message)
  } catch (error) {
    await worker.terminate()
    throw error
  }
}

function writerThread(
  worker: Worker,
  exited: Promise<unknown>,
  { revision, compacted, trims }: Pick<WriterThread, 'revision' | 'compacted' | 'trims'>,
): WriterThread {
  let ended = false
  let holding = 0
  return {
    revision,
    compacted,
    trims,
    post: (message) => worker.postMessage(message),
    listen(received, failed) {
      const end = (cause: unknown) => {
        if (ended) return
        ended = true
        failed(cause)
      }
      worker.on('message', (message: FromWriter) => {
        if (message.type === 'failed') end(new Error(message.message))
        else received(message)
      })
      worker.on('error', end)
      worker.on('exit', () => end(new Error('the writer has ended')))
    },
    hold() {
      if (++holding === 1) worker.ref()
    },
    release() {
      if (--holding === 0) worker.unref()
    },
    stop() {
      ended = true
      void worker.terminate()
    },
    async close() {
      worker.ref()
      if (!ended) worker.postMessage({ type: 'close' } satisfies ToWriter)
      ended = true
      await exited.catch(() => {})
    },
  }
}
