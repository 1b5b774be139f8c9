import {
  badRequest,
  expired,
  formatApiVersion,
  internalError,
  invalid,
  type StatusError,
} from '../../machinery/index.ts'
import { type Change, StoreError, type WatchBatch } from '../../storage/index.ts'
import type { Answer } from '../answer.ts'
import type { ResourceContext } from '../context.ts'
import { chooseForm, type ObjectForm } from '../form.ts'
import { ALL_CLUSTERS, clusterOfKey, rangePrefix } from '../keys.ts'
import { readVersion } from '../options.ts'
import { listVersion } from '../resource-version.ts'
import { isTrue } from '../route.ts'
import { readSelection, type Selection } from '../selection.ts'
import { bookmark, type EventType, encodeEvent, eventLine } from '../watch-events.ts'
import { createWatchQueue, type WatchQueue } from '../watch-queue.ts'
import { listRows } from './list.ts'
import { watchVirtual } from './watch-virtual.ts'

/** apiserver's --min-request-timeout: a watch ends after this long to twice as long, so that clients spread. */
const MIN_TIMEOUT_SECONDS = 1800
/** As upstream's cacher: a client that allows bookmarks gets one a minute, and one shortly before the end. */
const BOOKMARK_MILLISECONDS = 60_000

export async function watch(context: ResourceContext): Promise<Answer> {
  const { definition, cluster, info, parts, query, request } = context
  const form = chooseForm(context)
  const selection = readSelection(context)
  const start = readWatchStart(context)
  const queue = createWatchQueue(() =>
    errorLine(expired('the client reads too slowly: watch again from the last resourceVersion')),
  )
  const sender = createSender(context, form, selection, queue)
  let after = start.after
  if (start.initial) {
    const { rows, revision } = await listRows(withoutPaging(context))
    for (const row of rows) sender.send('ADDED', row.key, row.value, row.version)
    after = listVersion(revision)
    if (start.announceEnd) queue.push(bookmark(definition, formatApiVersion(definition), after, true))
  }
  let delivered = after
  const prefix = rangePrefix(definition, cluster, info.namespace)
  const virtual = await watchVirtual(context, sender, after)
  const subscription = await parts.store.watch({
    prefix,
    after,
    deliver: ({ changes, revision }: WatchBatch) => {
      for (const change of changes) sender.deliver(virtual?.overlay(change) ?? change)
      delivered = Math.max(delivered, listVersion(revision))
    },
    failed: (error) => {
      queue.push(errorLine(statusOf(error, after, listVersion(parts.store.compacted()))))
      queue.end()
    },
  })
  const bookmarks = start.bookmarks
    ? setInterval(
        () => queue.push(bookmark(definition, formatApiVersion(definition), delivered, false)),
        BOOKMARK_MILLISECONDS,
      )
    : undefined
  const seconds = readTimeout(query)
  const timeout = setTimeout(queue.end, seconds * 1000)
  const close = (): void => {
    clearInterval(bookmarks)
    clearTimeout(timeout)
    subscription[Symbol.dispose]()
    virtual?.[Symbol.dispose]()
    queue.end()
  }
  request.signal.addEventListener('abort', close, { once: true })
  if (request.signal.aborted) close()
  return { type: 'stream', contentType: 'application/json', body: closing(queue, close) }
}

async function* closing(queue: WatchQueue, close: () => void): AsyncGenerator<Buffer> {
  try {
    yield* queue
  } finally {
    close()
  }
}

export interface Sender {
  readonly send: (type: EventType, key: string, value: Buffer, version: number) => void
  readonly deliver: (change: Pick<Change, 'key' | 'version' | 'value' | 'previous'>) => void
}

/** Turns changes of rows into events of what the watcher's selectors see. */
function createSender(
  { definition, cluster }: ResourceContext,
  form: ObjectForm,
  selection: Selection,
  queue: WatchQueue,
): Sender {
  function send(type: EventType, key: string, value: Buffer, version: number): void {
    const from = cluster === ALL_CLUSTERS ? clusterOfKey(definition, key) : cluster
    queue.push(encodeEvent(definition, form, { type, cluster: from, value, version }))
  }
  return {
    send,
    deliver: ({ key, value, previous, version }) => {
      const before = previous !== undefined && selection.matches(key, previous)
      const now = value !== undefined && selection.matches(key, value)
      if (now) send(before ? 'MODIFIED' : 'ADDED', key, value, version)
      else if (before) send('DELETED', key, previous, version)
    },
  }
}

interface WatchStart {
  readonly after: number
  /** First ADDED for all that is there. */
  readonly initial: boolean
  readonly announceEnd: boolean
  readonly bookmarks: boolean
}

/** sendInitialEvents and resourceVersion: apimachinery/pkg/apis/internalversion/validation, KEP-3157. */
function readWatchStart({ query, parts }: ResourceContext): WatchStart {
  const text = query.get('resourceVersion') ?? ''
  const match = query.get('resourceVersionMatch') ?? ''
  const initial = query.get('sendInitialEvents')
  const bookmarks = isTrue(query.get('allowWatchBookmarks'))
  const refuse = (field: string, message: string): StatusError =>
    invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [
      { reason: 'FieldValueForbidden', message: `Forbidden: ${message}`, field },
    ])
  const version = readVersion(text)
  if (initial === null) {
    if (match !== '')
      throw refuse(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      )
    return { after: version, initial: version === 0, announceEnd: false, bookmarks }
  }
  if (match === '')
    throw refuse('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
  if (match !== 'NotOlderThan')
    throw refuse(
      'resourceVersionMatch',
      `sendInitialEvents is forbidden for resourceVersionMatch ${JSON.stringify(match)}`,
    )
  if (isTrue(initial)) return { after: version, initial: true, announceEnd: bookmarks, bookmarks }
  const after = version === 0 ? listVersion(parts.store.revision()) : version
  return { after, initial: false, announceEnd: false, bookmarks }
}

/** The same request as a list of everything: what the initial events show. */
function withoutPaging(context: ResourceContext): ResourceContext {
  const query = new URLSearchParams(context.query)
  for (const parameter of ['limit', 'continue', 'resourceVersion', 'resourceVersionMatch']) query.delete(parameter)
  return { ...context, query }
}

function readTimeout(query: URLSearchParams): number {
  const text = query.get('timeoutSeconds')
  if (text === null || text === '') return MIN_TIMEOUT_SECONDS * (1 + Math.random())
  if (!/^\d{1,9}$/.test(text))
    throw badRequest(`invalid timeoutSeconds ${JSON.stringify(text)}: must be a whole number of seconds`)
  const seconds = Number(text)
  return seconds === 0 ? MIN_TIMEOUT_SECONDS * (1 + Math.random()) : Math.min(seconds, 2_000_000)
}

function statusOf(error: Error, after: number, oldest: number): StatusError {
  if (error instanceof StoreError && error.reason === 'compacted')
    return expired(`too old resource version: ${after} (${oldest})`)
  return internalError('the store has failed')
}

function errorLine(error: StatusError): Buffer {
  return eventLine('ERROR', error.status)
}
