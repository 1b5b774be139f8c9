/**
 * The writer thread's loop. It takes what commits have arrived, by turns of their lanes, writes them as one group, and
 * answers; between groups it forgets history and sees to checkpoints.
 */
import type { DatabaseSync } from 'node:sqlite'
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { createLanes } from '../lanes.ts'
import type { Commit } from '../store.ts'
import { createCheckpoints } from './checkpoints.ts'
import { AGE_INTERVAL_MS, createCompaction } from './compaction.ts'
import { unusable } from './refusals.ts'
import { openForWriting, PAGE_SIZE } from './schema.ts'
import { isFull } from './sqlite-errors.ts'
import { createTrimming, readCuts } from './trimming.ts'
import { createVacuum } from './vacuum.ts'
import { decodeCommits, encodeOutcomes, type FromWriter, type Sent, type ToWriter, type WorkerInput } from './wire.ts'
import { createWriter } from './writer.ts'

/** Between two slices of housekeeping, so that commits come first. */
const PAUSE_MS = 5
/** About how many pages a slice writes. */
const HOUSEKEEPING_PAGES = 64

export function serveWrites(input: WorkerInput, port: MessagePort, workerFile: string): void {
  try {
    const db = openForWriting(input.directory, input.faults.synchronous ?? 'full')
    if (input.faults.maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${input.faults.maxPages}`)
    serve(db, input, port, workerFile)
  } catch (error) {
    const { message, remedy } = unusable(input.directory, error)
    port.postMessage({ type: 'refused', message, remedy } satisfies FromWriter)
    port.close()
  }
}

function serve(db: DatabaseSync, input: WorkerInput, port: MessagePort, workerFile: string): void {
  const post = (message: FromWriter) => port.postMessage(message)
  const trimming = createTrimming(db)
  const writer = createWriter(db, trimming.meter)
  const compaction = createCompaction(db)
  const vacuum = createVacuum(db)
  const checkpoints = createCheckpoints(db, input, workerFile, fail)
  const lanes = createLanes<Sent>(({ commit }) => commit.operations.length)
  let running = false
  let closing = false
  let ended = false

  /** What is unexpected leaves the store in an unknown state: it ends, and verifies on its next start. */
  function fail(error: unknown): void {
    if (ended) return
    end()
    post({ type: 'failed', message: messageOf(error) })
    port.close()
  }

  function end(): void {
    ended = true
    clearInterval(ages)
  }

  function guarded(work: () => void): void {
    if (ended) return
    try {
      work()
    } catch (error) {
      fail(error)
    }
  }

  function receive(message: ToWriter): void {
    if (message.type === 'commits') {
      for (const sent of decodeCommits(message.fields, message.values)) lanes.push(sent.commit.lane, sent)
    } else if (message.type === 'compact') {
      forget(message.before)
    } else {
      closing = true
    }
  }

  function run(): void {
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
      receive(next.message)
    }
    if (lanes.size() > 0) writeGroup(lanes.take())
    running = lanes.size() > 0
    if (running) setImmediate(guarded, run)
    else if (closing) void close()
  }

  function writeGroup(group: readonly Sent[]): void {
    const full = unlessFull(() => {
      const outcomes = writer.write(group.map(({ commit }) => commit))
      post({ type: 'group', revision: writer.revision(), fields: encodeOutcomes(group, outcomes) })
    })
    if (full !== undefined) post({ type: 'full', ids: group.map(({ id }) => id), message: full })
    checkpoints.written(group.reduce((pages, { commit }) => pages + pagesOf(commit), 0))
  }

  function forget(before: number): void {
    const full = unlessFull(() => {
      compaction.compact(before)
      trimming.forgetCuts(compaction.compacted())
    })
    post({ type: 'compacted', before: compaction.compacted(), ...(full === undefined ? {} : { full }) })
    housekeep()
  }

  function housekeep(): void {
    setTimeout(guarded, PAUSE_MS, () => {
      unlessFull(() => {
        const more = [trimming.slice(), compaction.slice(), vacuum.slice()]
        if (!more.includes(true)) return
        // It writes pages, too: without checkpoints the write-ahead log of an idle store would grow by all that is freed.
        checkpoints.written(HOUSEKEEPING_PAGES)
        housekeep()
      })
    })
  }

  async function close(): Promise<void> {
    end()
    await checkpoints.close()
    unlessFull(() => compaction.age(writer.revision()))
    db.close()
    port.close()
  }

  const ages = setInterval(guarded, AGE_INTERVAL_MS, () => {
    unlessFull(() => {
      const before = compaction.age(writer.revision())
      if (before !== undefined) forget(before)
      const trims = trimming.tick(writer.revision())
      if (trims.length === 0) return
      post({ type: 'trimmed', trims })
      housekeep()
    })
  })
  port.on('message', (message: ToWriter) => {
    guarded(() => {
      receive(message)
      if (!running) run()
    })
  })
  const trims = readCuts(db)()
  post({ type: 'ready', revision: writer.revision(), compacted: compaction.compacted(), trims })
  housekeep()
}

/** Does what is rolled back when there is no space, and then says what SQLite said. */
function unlessFull(work: () => void): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (isFull(error)) return messageOf(error)
    throw error
  }
}

/** About how many pages a commit writes: one in `current` for each operation, and what its values fill. */
function pagesOf({ operations }: Commit): number {
  let bytes = 0
  for (const operation of operations) if (operation.type === 'put') bytes += operation.value.length
  return operations.length + bytes / PAGE_SIZE
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
