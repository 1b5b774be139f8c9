/**
 * The store's writer thread. It takes what commits have arrived, by turns of their lanes, writes them as one group, and
 * answers; between groups it forgets history and keeps the write-ahead log short.
 */
import type { DatabaseSync } from 'node:sqlite'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { KeelsonError } from '../../machinery/index.ts'
import { createLanes } from '../lanes.ts'
import { createCheckpoints } from './checkpoints.ts'
import { AGE_INTERVAL_MS, createCompaction } from './compaction.ts'
import { openForWriting } from './schema.ts'
import { isFull } from './sqlite-errors.ts'
import { decodeCommits, encodeOutcome, type FromWriter, type Sent, type ToWriter, type WorkerInput } from './wire.ts'
import { createWriter, type Writer } from './writer.ts'

/** Between two slices of housekeeping on an otherwise idle store. */
const PAUSE_MS = 5

const port = parentPort
if (port !== null) start(workerData as WorkerInput)

function post(message: FromWriter): void {
  port?.postMessage(message)
}

function start(input: WorkerInput): void {
  try {
    const db = openForWriting(input.directory, input.faults.synchronous ?? 'full')
    if (input.faults.maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${input.faults.maxPages}`)
    serve(db, input)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    post({ type: 'refused', message, remedy: error instanceof KeelsonError ? error.remedy : '' })
    port?.close()
  }
}

function serve(db: DatabaseSync, { directory }: WorkerInput): void {
  const writer = createWriter(db)
  const compaction = createCompaction(db)
  const checkpoints = createCheckpoints(db, directory)
  const lanes = createLanes<Sent>()
  let running = false
  let closing = false
  let failed = false

  const receive = (message: ToWriter) => {
    if (message.type === 'commits') {
      for (const sent of decodeCommits(message.fields, message.values)) lanes.push(sent.commit.lane, sent)
    } else if (message.type === 'compact') {
      compaction.compact(message.before)
      post({ type: 'compacted', before: message.before })
      soon(housekeep)
    } else {
      closing = true
    }
  }

  /** What is unexpected leaves the store in an unknown state: it ends, and verifies on its next start. */
  function guarded(work: () => void): void {
    if (failed) return
    try {
      work()
    } catch (error) {
      failed = true
      post({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
      port?.close()
    }
  }

  function run(): void {
    for (let next = received(); next !== undefined; next = received()) receive(next)
    if (lanes.size() > 0) {
      writeGroup(writer, lanes.take())
      checkpoints.afterGroup()
    }
    running = lanes.size() > 0
    if (running) setImmediate(guarded, run)
    else if (closing) close()
  }

  function received(): ToWriter | undefined {
    return port === null ? undefined : receiveMessageOnPort(port)?.message
  }

  function housekeep(): void {
    if (compaction.slice()) soon(housekeep)
  }

  function soon(work: () => void): void {
    setTimeout(guarded, PAUSE_MS, work)
  }

  function close(): void {
    clearInterval(ages)
    compaction.age(writer.revision())
    db.close()
    failed = true
    post({ type: 'closed' })
    port?.close()
  }

  const ages = setInterval(guarded, AGE_INTERVAL_MS, () => {
    const before = compaction.age(writer.revision())
    if (before === undefined) return
    compaction.compact(before)
    post({ type: 'compacted', before })
    soon(housekeep)
  })
  port?.on('message', (message: ToWriter) => {
    guarded(() => {
      receive(message)
      if (!running) run()
    })
  })
  post({ type: 'ready', revision: writer.revision(), compacted: compaction.compacted() })
  soon(housekeep)
}

function writeGroup(writer: Writer, group: readonly Sent[]): void {
  try {
    const outcomes = writer.write(group.map(({ commit }) => commit))
    const fields: (string | number | Uint8Array)[] = []
    for (const [index, outcome] of outcomes.entries()) encodeOutcome(group[index] as Sent, outcome, fields)
    post({ type: 'group', revision: writer.revision(), fields })
  } catch (error) {
    if (!isFull(error)) throw error
    post({ type: 'full', ids: group.map(({ id }) => id), message: (error as Error).message })
  }
}
