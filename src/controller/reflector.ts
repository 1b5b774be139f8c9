/**
 * Follows one collection: a first picture (WatchList, or a list in pages where the server has none), then a watch that is
 * resumed from the last resourceVersion for as long as the server remembers it. It keeps no object.
 */
import type { Client, ListOptions, ResourceRef, WatchOptions } from '../client/index.ts'
import { type KubeObject, StatusError } from '../machinery/index.ts'
import { type Clock, sleep } from './clock.ts'
import { type Log, messageOf } from './log.ts'

/** What the reflector tells. Called in order, never concurrently. */
export interface Sink<T extends KubeObject> {
  /** A new picture begins: an object that is not `changed` before the next `synced` exists no longer. */
  readonly restarted: () => void
  readonly changed: (object: T) => void
  /** Seen going by the watch alone: what goes while there is none is found out by the next picture. */
  readonly deleted: (object: T) => void
  readonly synced: () => void
}

/** Which objects of the collection. */
export type Selection = Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>

export interface ReflectorOptions<T extends KubeObject> {
  /** In one logical cluster, or at the wildcard `*`. */
  readonly client: Client
  readonly resource: ResourceRef<T>
  readonly selection?: Selection
  readonly sink: Sink<T>
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: Log
}

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end'

/** client-go's reflector: watches are renewed after 5 to 10 minutes, so that they spread over the servers. */
const WATCH_SECONDS = { min: 300, max: 600 }
/** A watch that says nothing for so much longer than it was asked to last hangs on a dead connection. */
const GRACE_MS = 30_000
/** client-go's back-off: 0.8 s, doubled up to 30 s, each lengthened by up to its own length. */
const BACKOFF = { first: 800, max: 30_000 }
/** A watch that ends at once and brought nothing is a failure; starting it again at once would be a busy loop. */
const SHORT_MS = 1_000

/** Runs until the signal aborts; failures are logged and tried again. */
export async function runReflector<T extends KubeObject>(options: ReflectorOptions<T>): Promise<void> {
  const { client, resource, selection = {}, sink, clock, signal, log } = options
  /** Where to resume; undefined: a new picture is needed. */
  let resourceVersion: string | undefined
  let watchList = true
  let failures = 0

  const list = async () => {
    sink.restarted()
    let next = ''
    do {
      const page = await client.listPage<T>(resource, { ...selection, limit: 500, continue: next, signal })
      for (const item of page.items) sink.changed(item)
      next = page.metadata.continue ?? ''
      if (next === '') resourceVersion = page.metadata.resourceVersion ?? ''
    } while (next !== '')
    sink.synced()
  }

  /** Without a resourceVersion: begins with the objects that there are. Resolves with the number of events. */
  const watch = async (): Promise<number> => {
    const seconds = Math.round(WATCH_SECONDS.min + Math.random() * (WATCH_SECONDS.max - WATCH_SECONDS.min))
    const stuck = new AbortController()
    using _watchdog = clock.setTimeout(() => stuck.abort(), seconds * 1000 + GRACE_MS)
    let initial = resourceVersion === undefined
    const start: WatchOptions =
      resourceVersion === undefined
        ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
        : { resourceVersion }
    const events = client.watch<T>(resource, {
      ...selection,
      ...start,
      allowWatchBookmarks: true,
      timeoutSeconds: seconds,
      signal: AbortSignal.any([signal, stuck.signal]),
    })
    let count = 0
    for await (const { type, object } of events) {
      if (count++ === 0 && initial) sink.restarted()
      if (type === 'BOOKMARK') {
        if (initial && object.metadata.annotations?.[INITIAL_EVENTS_END] === 'true') {
          initial = false
          sink.synced()
        }
      } else if (type === 'DELETED') sink.deleted(object)
      else sink.changed(object)
      // Objects of the first picture come in no order of versions: only its end is a place to resume from.
      if (!initial && object.metadata.resourceVersion !== undefined) resourceVersion = object.metadata.resourceVersion
      failures = 0
    }
    return count
  }

  const step = async () => {
    if (resourceVersion === undefined && !watchList) await list()
    const began = clock.now()
    const count = await watch()
    if (count === 0 && clock.now() - began < SHORT_MS && !signal.aborted) throw new Error('the watch ended at once')
  }

  while (!signal.aborted) {
    try {
      await step()
    } catch (error) {
      if (signal.aborted) return
      if (resourceVersion === undefined && watchList && refusesWatchList(error)) {
        watchList = false
        continue
      }
      if (isExpired(error)) {
        resourceVersion = undefined
        if (failures === 0) {
          failures++
          continue
        }
      }
      const wait = Math.min(BACKOFF.first * 2 ** failures++, BACKOFF.max) * (1 + Math.random())
      log.error('cannot watch', { resource: resource.resource, group: resource.group, error: messageOf(error) })
      await sleep(clock, wait, signal)
    }
  }
}

function isExpired(error: unknown): boolean {
  return error instanceof StatusError && error.status.code === 410
}

/** A server without WatchList calls `sendInitialEvents` forbidden (422), or the query wrong (400). */
function refusesWatchList(error: unknown): boolean {
  return error instanceof StatusError && (error.status.code === 422 || error.status.code === 400)
}
