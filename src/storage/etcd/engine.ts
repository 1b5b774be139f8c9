/**
 * The etcd engine: several processes on one etcd cluster. Every process follows one watch of all that is the store's, and publishes
 * what it tells, commits of its own as those of others: cache and revision, then watches, then the promises of those who committed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { KeelsonError } from '../../machinery/index.ts'
import { closedError, compactedError, failedError, futureError, type StoreError } from '../errors.ts'
import { checkLimits } from '../judge.ts'
import { assertKey } from '../keys.ts'
import type { Store } from '../store.ts'
import { lastVersionOf, revisionOf, versionOf } from '../store.ts'
import { createWatchHub } from '../watches.ts'
import { type Beginning, begin, oldestRevision, unusable } from './beginning.ts'
import { createCatchUp } from './catch-up.ts'
import { createEtcdClient } from './client.ts'
import { startCompactor } from './compactor.ts'
import { createDispatcher } from './dispatcher.ts'
import { CompactedFeed, type Feed, feedFrom } from './feed.ts'
import { CODES, GrpcError, type TlsFiles } from './grpc.ts'
import { type Layout, layoutOf } from './layout.ts'
import { numberingFrom } from './numbering.ts'
import { createRecent } from './recent.ts'
import { createRowView } from './row-view.ts'
import { createSeen } from './seen.ts'
import { createWriter } from './writer.ts'

export interface EtcdConfig {
  readonly engine: 'etcd'
  /** `http://host:port` or `https://host:port` of members. */
  readonly servers: readonly string[]
  /** Where in etcd the store lies; default: `/keelson`. */
  readonly prefix?: string
  readonly tls?: TlsFiles
  /** Who is told of what is tried again in the background. */
  readonly report?: (error: unknown) => void
}

const RECENT_BYTES = 64 * 1024 * 1024
const PAUSE_MS = 100
/** So long the opening tries to reach a member. */
const OPENING_MS = 10_000

/** Throws a KeelsonError when etcd cannot be reached, refuses this client, or holds a store of a newer version. */
export async function openEtcdStore(config: EtcdConfig, signal?: AbortSignal): Promise<Store> {
  const layout = layoutOf(config.prefix ?? '/keelson')
  using opening = new DisposableStack()
  const probe = opening.use(createEtcdClient(config.servers, config.tls ?? {}, OPENING_MS))
  try {
    const beginning = await begin(probe, layout, signal)
    const { store, live } = createEtcdStore(config, layout, beginning)
    await live
    return store
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof GrpcError) throw unusable(config.servers, error)
    throw error
  }
}

/** `live` resolves when the store follows etcd. */
function createEtcdStore(
  config: EtcdConfig,
  layout: Layout,
  beginning: Beginning,
): { readonly store: Store; readonly live: Promise<void> } {
  const { base, first } = beginning
  const report = config.report ?? (() => {})
  const client = createEtcdClient(config.servers, config.tls ?? {})
  const numbering = numberingFrom(base, first, layout)
  const rows = createRowView(client, layout, numbering)
  const dispatcher = createDispatcher()
  const stop = new AbortController()
  let revision = numbering.toStore(beginning.lastCommit)
  let compacted = oldestRevision(beginning)
  const recent = createRecent(revision, RECENT_BYTES)
  const seen = createSeen(beginning.seen, () => client.distrust())
  let ended: StoreError | undefined
  let closing: Promise<void> | undefined
  const live = Promise.withResolvers<void>()

  const hub = createWatchHub({ published: () => revision, compacted: () => compacted, history: recent.read })
  const writer = createWriter({
    ...{ client, layout, numbering, rows, fence: beginning.fence },
    published: () => revision,
    untilSeen: seen.until,
  })
  const catchUp = createCatchUp({
    ...{ client, layout, numbering, before: recent.before, watchLive: hub.watch, signal: stop.signal },
    compacted: (oldest) => forgot(oldest),
  })
  const compactor = startCompactor({ client, layout, seen: seen.revision, compacted: forgot, report })

  /** Etcd can tell no state before this revision of its own, and changes after it alone with the state before them. */
  function forgot(etcdRevision: number): void {
    if (etcdRevision >= base) compacted = Math.max(compacted, numbering.toStore(etcdRevision) + 1)
  }

  function publish({ commits, through }: Feed): void {
    const publication = hub.publish()
    for (const { id, revision: made, changes } of commits) {
      for (const { change } of changes) {
        rows.publish(change)
        publication.add(change.key, () => change)
      }
      recent.add(changes)
      revision = made
      if (id !== undefined) writer.published(id, made)
    }
    publication.deliver(revision)
    seen.reached(through)
    live.resolve()
  }

  /** Follows etcd until the store is closed, from one member or another. */
  async function follow(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        for await (const feed of feedFrom({ client, layout, numbering }, seen.revision() + 1, stop.signal))
          publish(feed)
      } catch (error) {
        if (stop.signal.aborted) return
        if (error instanceof CompactedFeed || error instanceof KeelsonError) throw error
        report(error)
        await sleep(PAUSE_MS, undefined, { signal: stop.signal }).catch(() => {})
      }
    }
  }

  follow().catch(fail)

  /** What others committed in between is not known any more: whatever is kept in memory may be wrong. */
  function fail(cause: unknown): void {
    if (ended?.reason === 'failed') return
    ended = failedError(cause)
    end(ended)
  }

  function end(error: StoreError): void {
    live.reject(error)
    stop.abort()
    compactor[Symbol.dispose]()
    seen.fail(error)
    catchUp.fail(error)
    hub.fail(error)
    client[Symbol.dispose]()
  }

  async function close(): Promise<void> {
    const failed = ended !== undefined
    ended ??= closedError()
    if (failed) return
    await dispatcher.drained()
    end(ended)
  }

  function assertOpen(): void {
    if (ended !== undefined) throw ended
  }

  /** What etcd refuses or cannot be asked. */
  async function asking<T>(ask: Promise<T>): Promise<T> {
    try {
      return await ask
    } catch (error) {
      assertOpen()
      throw error instanceof GrpcError ? failedError(error) : error
    }
  }

  async function confirm(): Promise<void> {
    const { kvs } = await asking(client.range({ key: layout.commit, keysOnly: true }))
    await seen.until(kvs[0]?.modRevision ?? 0)
  }

  /** Whoever comes while etcd is being asked is answered by the next question: this one may have been before their time. */
  let confirming: Promise<void> | undefined
  let next: Promise<void> | undefined
  function fresh(): Promise<void> {
    if (confirming === undefined) {
      confirming = confirm().finally(() => {
        confirming = undefined
      })
      return confirming
    }
    next ??= confirming
      .catch(() => {})
      .then(() => {
        next = undefined
        return fresh()
      })
    return next
  }

  const store: Store = {
    revision: () => revision,
    compacted: () => compacted,
    async fresh() {
      assertOpen()
      await fresh()
    },
    async get(key) {
      assertOpen()
      return asking(rows.get(key, revision))
    },
    async range(request) {
      assertOpen()
      const { at = revision } = request
      if (at < compacted) throw compactedError(at, compacted)
      if (at > revision) throw futureError(at, revision)
      return asking(rows.range(request, at))
    },
    async count(prefix) {
      assertOpen()
      return asking(rows.count(prefix, revision))
    },
    async occupied(prefixes, beyond = 0) {
      assertOpen()
      const at = revision
      const found = await asking(Promise.all(prefixes.map((prefix) => rows.isOccupied(prefix, beyond, at))))
      return prefixes.filter((_, index) => found[index])
    },
    async commit(commit) {
      assertOpen()
      checkLimits(commit)
      return dispatcher.run(commit, () => writer.commit(commit))
    },
    async watch(request) {
      assertOpen()
      assertKey(request.prefix)
      if (request.after < versionOf(compacted, 0) - 1) throw compactedError(revisionOf(request.after), compacted)
      // Before the beginning there is nothing to be told.
      const wanted = { ...request, after: Math.max(request.after, lastVersionOf(first)) }
      return wanted.after >= lastVersionOf(recent.before()) ? hub.watch(wanted) : catchUp.ride(wanted)
    },
    async compact(before) {
      assertOpen()
      if (before > revision) throw futureError(before, revision)
      if (before <= compacted) return
      try {
        // The revision before is kept: it holds the states before the changes of this one.
        await client.compact(numbering.toEtcd(before) - 1)
      } catch (error) {
        if (!(error instanceof GrpcError) || error.code !== CODES.outOfRange) throw failedError(error)
      }
      compacted = Math.max(compacted, before)
    },
    async [Symbol.asyncDispose]() {
      closing ??= close()
      await closing
    },
  }
  return { store, live: live.promise }
}
