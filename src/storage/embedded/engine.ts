/**
 * The embedded engine: a directory, and nothing to start. Commits go to the writer's thread and come back durable, in groups;
 * this side publishes them in order: cache and revision, then watches, then the promises of those who committed. Reads are
 * of what has been published.
 */
import type { DatabaseSync } from 'node:sqlite'
import { KeelsonError } from '../../machinery/index.ts'
import { closedError, failedError, fullError, futureError, type StoreError } from '../errors.ts'
import { sweptVersion } from '../history.ts'
import { checkLimits } from '../judge.ts'
import { overlaps } from '../shares.ts'
import type { CommitResult, RangeResult, Revision, Store, Version } from '../store.ts'
import { versionOf } from '../store.ts'
import { createWatchHub, type Publication } from '../watches.ts'
import { lockDirectory } from './lock.ts'
import { createLogReader } from './log-reader.ts'
import { createOutbox } from './outbox.ts'
import { createReader } from './reader.ts'
import { Refusal } from './refusals.ts'
import { createRowCache } from './row-cache.ts'
import { openForReading } from './schema.ts'
import { isSqliteError } from './sqlite-errors.ts'
import { decodeOutcomes, type Effect, type Faults, type FromWriter, type Outcome } from './wire.ts'
import { startWriter, type WriterThread } from './writer-thread.ts'

export interface EmbeddedConfig {
  readonly engine: 'embedded'
  /** Made if need be. One process at a time. */
  readonly directory: string
  /** Injected by tests of what the store survives: no fsync; a database of so many pages. */
  readonly faults?: Faults
}

const CACHE_BYTES = 32 * 1024 * 1024
/** A deletePrefix of more keys reaches watches by way of the history, in slices. */
const SWEEP_DISPATCHED = 256

/** Throws a KeelsonError when the directory is in use, cannot be written to, or is of a newer version. */
export async function openEmbeddedStore(config: EmbeddedConfig, signal?: AbortSignal): Promise<Store> {
  const { directory, faults = {} } = config
  try {
    await using opening = new AsyncDisposableStack()
    const lock = opening.use(lockDirectory(directory))
    const writer = await startWriter({ role: 'writer', directory, faults }, signal)
    opening.defer(() => writer.close())
    const db = opening.use(openForReading(directory))
    const store = createEmbeddedStore(db, writer, lock)
    opening.move()
    return store
  } catch (error) {
    throw error instanceof Refusal ? new KeelsonError(error.message, error.remedy, { cause: error.cause }) : error
  }
}

function createEmbeddedStore(db: DatabaseSync, writer: WriterThread, lock: Disposable): Store {
  const logReader = createLogReader(db)
  const cache = createRowCache(CACHE_BYTES)
  const reader = createReader(db, cache.peek)
  const outbox = createOutbox(writer)
  const compactions: { before: Revision; resolve: () => void; reject: (error: Error) => void }[] = []
  let { revision, compacted } = writer
  const cuts = new Map(writer.trims.map(({ share, before }) => [share, before]))
  /** Why the store takes nothing more. */
  let ended: StoreError | undefined
  let closing: Promise<void> | undefined

  const hub = createWatchHub({
    published: () => revision,
    compacted: compactedUnder,
    history: (prefix, cursor, through) => reading(() => logReader.read(prefix, cursor, through)),
  })

  /** A share that has outgrown its bound has a shorter history. */
  function compactedUnder(prefix: string): Revision {
    let oldest = compacted
    for (const [share, before] of cuts) if (before > oldest && overlaps(share, prefix)) oldest = before
    return oldest
  }

  writer.listen((message) => {
    try {
      receive(message)
    } catch (error) {
      fail(error)
    }
  }, fail)

  function receive(message: FromWriter): void {
    if (ended?.reason === 'failed') return
    if (message.type === 'group') publish(message.revision, decodeOutcomes(message.fields, outbox.commitOf))
    else if (message.type === 'full') {
      for (const id of message.ids) outbox.take(id).reject(fullError(message.message))
    } else if (message.type === 'compacted') {
      compacted = Math.max(compacted, message.before)
      for (const [share, before] of cuts) if (before <= compacted) cuts.delete(share)
      for (const waiting of compactions.splice(0)) {
        if (waiting.before <= compacted) waiting.resolve()
        else if (message.full !== undefined) waiting.reject(fullError(message.full))
        else compactions.push(waiting)
      }
    } else if (message.type === 'trimmed') {
      for (const { share, before } of message.trims) cuts.set(share, before)
    }
  }

  function publish(newRevision: Revision, outcomes: readonly { id: number; outcome: Outcome }[]): void {
    for (const { outcome } of outcomes) {
      if (!outcome.ok || hub.idle()) continue
      for (const effect of outcome.effects) {
        if (effect.type === 'sweep' && effect.keys.length > SWEEP_DISPATCHED) hub.fallBack(effect.prefix, revision)
      }
    }
    const publication = hub.publish()
    for (const { outcome } of outcomes) {
      if (!outcome.ok) continue
      for (const [place, effect] of outcome.effects.entries()) {
        publishEffect(effect, versionOf(outcome.revision, place), publication)
      }
    }
    revision = newRevision
    publication.deliver(revision)
    for (const { id, outcome } of outcomes) {
      const result: CommitResult = outcome.ok ? { ok: true, revision: outcome.revision } : outcome
      outbox.take(id).resolve(result)
    }
  }

  function publishEffect(effect: Effect, version: Version, publication: Publication): void {
    if (effect.type === 'sweep') {
      for (const [index, key] of effect.keys.entries()) {
        const last = index === effect.keys.length - 1
        publishChange(key, sweptVersion(version, last), undefined, effect.previous[index] as Version, publication)
      }
    } else if (effect.type === 'put') {
      publishChange(effect.key, version, effect.value, effect.previous, publication)
    } else if (effect.previous > 0) {
      publishChange(effect.key, version, undefined, effect.previous, publication)
    }
  }

  function publishChange(
    key: string,
    version: Version,
    value: Buffer | undefined,
    previous: Version,
    publication: Publication,
  ): void {
    publication.add(key, () => ({ key, version, value, previous: valueBefore(key, previous) }))
    if (value === undefined) cache.delete(key)
    else cache.set({ key, value, version })
  }

  function valueBefore(key: string, version: Version): Buffer | undefined {
    if (version === 0) return undefined
    const cached = cache.peek(key)
    return cached?.version === version ? cached.value : reader.value(version)
  }

  function fail(cause: unknown): void {
    if (ended?.reason === 'failed') return
    ended = failedError(cause)
    writer.stop()
    cache.clear()
    outbox.fail(ended)
    for (const { reject } of compactions.splice(0)) reject(ended)
    hub.fail(ended)
  }

  /** An error of the database itself, while it is read, is as fatal as one while it is written. */
  function reading<T>(read: () => T): T {
    assertOpen()
    try {
      return read()
    } catch (error) {
      if (!isSqliteError(error)) throw error
      fail(error)
      throw ended
    }
  }

  function assertOpen(): void {
    if (ended !== undefined) throw ended
  }

  async function close(): Promise<void> {
    const failed = ended !== undefined
    ended ??= closedError()
    if (!failed) await outbox.drained()
    hub.fail(ended)
    // The writer closes last: SQLite then copies the write-ahead log into the database and removes it.
    db.close()
    await writer.close()
    lock[Symbol.dispose]()
  }

  return {
    revision: () => revision,
    compacted: () => compacted,
    async get(key) {
      assertOpen()
      const cached = cache.get(key)
      if (cached !== undefined) return cached
      const row = reading(() => reader.row(key, revision))
      if (row !== undefined) cache.set(row)
      return row
    },
    async range({ prefix, after, limit, at = revision }): Promise<RangeResult> {
      assertOpen()
      if (at > revision) throw futureError(at, revision)
      let page = reading(() => reader.page(prefix, after, limit, at))
      while (page.rows.length === 0 && page.next !== undefined) {
        await nextTurn()
        const { next } = page
        page = reading(() => reader.page(prefix, next, limit, at))
      }
      if (at === revision) for (const row of page.rows) cache.offer(row)
      return { rows: page.rows, more: page.next !== undefined, revision: at }
    },
    async count(prefix, enough = Number.POSITIVE_INFINITY) {
      let total = 0
      let after: string | undefined
      for (;;) {
        const { count, next } = reading(() => reader.count(prefix, after, enough - total))
        total += count
        if (next === undefined || total >= enough) return total
        after = next
        await nextTurn()
      }
    },
    async occupied(prefixes, beyond = 0) {
      return reading(() => reader.occupied(prefixes, beyond))
    },
    async commit(commit) {
      assertOpen()
      checkLimits(commit)
      return outbox.put(commit)
    },
    async watch(request) {
      assertOpen()
      return hub.watch(request)
    },
    async compact(before) {
      assertOpen()
      if (before > revision) throw futureError(before, revision)
      if (before <= compacted) return
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      compactions.push({ before, resolve, reject })
      writer.post({ type: 'compact', before })
      writer.hold()
      await promise.finally(() => writer.release())
    },
    async [Symbol.asyncDispose]() {
      closing ??= close()
      await closing
    },
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
