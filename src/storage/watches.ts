/**
 * Delivers changes to watches, for every engine: first from history in slices, then live from the commit path. A commit
 * finds its watches by the prefixes that are watched, so it costs nothing to those of other prefixes; all watches of one
 * prefix are handed the same batch.
 */
import { compactedError, futureError } from './errors.ts'
import type { Cursor, ReadHistory, Slice } from './history.ts'
import { assertKey } from './keys.ts'
import { type Change, lastVersionOf, type Revision, versionOf, type WatchBatch, type WatchRequest } from './store.ts'

/** History is read for this long, then the event loop has its turn. */
const SLICE_MS = 4

interface Watch {
  readonly request: WatchRequest
  /** Where the history is to be read on; undefined: live. */
  cursor: Cursor | undefined
  ended: boolean
}

interface Watched {
  readonly watches: Set<Watch>
  changes: Change[]
}

export interface Publication {
  /** `change` is called only if some watch sees the key, once. */
  add(key: string, change: () => Change): void
  /** Has everything delivered: all that was added belongs to this revision or the ones since the last publication. */
  deliver(revision: Revision): void
}

export interface WatchHub {
  watch(request: WatchRequest): Disposable
  publish(): Publication
  /** Watches under the prefix get everything since the revision from history: for commits too large to be dispatched. */
  fallBack(prefix: string, since: Revision): void
  /** Ends every watch. */
  fail(error: Error): void
  /** Whether a live watch sees anything at all. */
  idle(): boolean
}

export interface HubSource {
  readonly history: ReadHistory
  readonly published: () => Revision
  /** The oldest revision whose changes under the prefix there are. */
  readonly compacted: (prefix: string) => Revision
}

export function createWatchHub(source: HubSource): WatchHub {
  const live = new Map<string, Watched>()
  /** How many watched prefixes have a length: the lengths by which a key is looked up. */
  const lengths = new Map<number, number>()
  const lagging = new Set<Watch>()
  let running = false

  function goLive(watch: Watch): void {
    const { prefix } = watch.request
    watch.cursor = undefined
    lagging.delete(watch)
    const watched = live.get(prefix)
    if (watched !== undefined) {
      watched.watches.add(watch)
      return
    }
    live.set(prefix, { watches: new Set([watch]), changes: [] })
    lengths.set(prefix.length, (lengths.get(prefix.length) ?? 0) + 1)
  }

  function leaveLive(watch: Watch): void {
    const { prefix } = watch.request
    const watched = live.get(prefix)
    if (watched === undefined || !watched.watches.delete(watch) || watched.watches.size > 0) return
    live.delete(prefix)
    const left = (lengths.get(prefix.length) ?? 1) - 1
    if (left === 0) lengths.delete(prefix.length)
    else lengths.set(prefix.length, left)
  }

  function end(watch: Watch): void {
    watch.ended = true
    lagging.delete(watch)
    leaveLive(watch)
  }

  function lag(watch: Watch, cursor: Cursor): void {
    watch.cursor = cursor
    lagging.add(watch)
    if (running) return
    running = true
    setImmediate(readOn)
  }

  /** A turn of all lagging watches, one slice each at a time, as long as a slice may take. */
  function readOn(): void {
    const start = performance.now()
    for (const watch of lagging) {
      lagging.delete(watch)
      if (watch.cursor !== undefined) readSlice(watch, watch.cursor)
      if (performance.now() - start > SLICE_MS) break
    }
    running = lagging.size > 0
    if (running) setImmediate(readOn)
  }

  function readSlice(watch: Watch, cursor: Cursor): void {
    let slice: Slice
    try {
      const through = source.published()
      const upToDate = cursor.after >= lastVersionOf(through)
      slice = upToDate
        ? { changes: [], next: undefined, revision: through }
        : source.history(watch.request.prefix, cursor, through)
    } catch (error) {
      endFailed(watch, error)
      return
    }
    if (slice.next === undefined) goLive(watch)
    else watch.cursor = slice.next
    if (slice.changes.length > 0 || slice.next === undefined)
      deliver(watch, { changes: slice.changes, revision: slice.revision })
    if (slice.next !== undefined && !watch.ended) lagging.add(watch)
  }

  /** A receiver that throws, against the contract, loses its own watch and takes nobody else's along. */
  function deliver(watch: Watch, batch: WatchBatch): void {
    if (watch.ended) return
    try {
      watch.request.deliver(batch)
    } catch (error) {
      endFailed(watch, error)
    }
  }

  function endFailed(watch: Watch, error: unknown): void {
    end(watch)
    watch.request.failed(error instanceof Error ? error : new Error(String(error)))
  }

  return {
    watch(request) {
      assertKey(request.prefix)
      const compacted = source.compacted(request.prefix)
      if (request.after < versionOf(compacted, 0) - 1) throw compactedError(Math.floor(request.after / 256), compacted)
      const published = source.published()
      if (request.after > lastVersionOf(published)) throw futureError(Math.floor(request.after / 256), published)
      const watch: Watch = { request, cursor: undefined, ended: false }
      lag(watch, { after: request.after })
      return { [Symbol.dispose]: () => end(watch) }
    },
    publish() {
      const touched = new Set<Watched>()
      return {
        add(key, change) {
          let made: Change | undefined
          for (const length of lengths.keys()) {
            if (length > key.length) continue
            const watched = live.get(key.slice(0, length))
            if (watched === undefined) continue
            made ??= change()
            watched.changes.push(made)
            touched.add(watched)
          }
        },
        deliver(revision) {
          for (const watched of touched) {
            const batch: WatchBatch = { changes: watched.changes, revision }
            watched.changes = []
            for (const watch of watched.watches) deliver(watch, batch)
          }
        },
      }
    },
    fallBack(prefix, since) {
      for (const [watchedPrefix, { watches }] of [...live]) {
        if (!watchedPrefix.startsWith(prefix) && !prefix.startsWith(watchedPrefix)) continue
        for (const watch of [...watches]) {
          leaveLive(watch)
          lag(watch, { after: lastVersionOf(since) })
        }
      }
    },
    fail(error) {
      const all = [...lagging, ...[...live.values()].flatMap(({ watches }) => [...watches])]
      for (const watch of all) endFailed(watch, error)
    },
    idle: () => live.size === 0,
  }
}
