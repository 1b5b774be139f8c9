import { expired, isStatus, StatusError, serviceUnavailable } from '../../machinery/index.ts'
import { isStoreError, lastVersionOf } from '../../storage/index.ts'
import type { Answer, AnsweredRow } from '../answer.ts'
import type { ResourceContext } from '../context.ts'
import { chooseStreamForm, MEDIA_TYPES, type ObjectForm } from '../form.ts'
import { rangePrefix } from '../keys.ts'
import { isFuture, listVersion } from '../resource-version.ts'
import { readSelection } from '../selection.ts'
import { eventOf } from '../watch-events.ts'
import { createWatchQueue, type WatchQueue } from '../watch-queue.ts'
import { type AllRows, allRows } from './list.ts'
import { createSender, type Sender } from './watch-sender.ts'
import { readTimeout, readWatchStart } from './watch-start.ts'
import { watchVirtual } from './watch-virtual.ts'

/** As upstream's cacher: a client that allows bookmarks gets one a minute, and one two seconds before the end. */
const BOOKMARK_MILLISECONDS = 60_000
const LAST_BOOKMARK_SECONDS = 2

export async function watch(context: ResourceContext): Promise<Answer> {
  const form = chooseStreamForm(context)
  const selection = readSelection(context)
  const seconds = readTimeout(context.query)
  const start = await readWatchStart(context).catch(timeoutOf)
  // What upstream's cacher finds while it begins is told by the watch itself, by which its readers know it.
  if (start instanceof StatusError) return streamOf(form, eventsOf([[errorEvent(form, start)]]))
  const initial = start.initial ? await allRows(context, { selection }) : undefined
  const after = initial === undefined ? start.after : listVersion(initial.revision)
  const stream = openStream(form)
  const sender = createSender(context, { form, selection, push: stream.queue.push })
  try {
    const progress = await subscribe(context, sender, after, stream)
    if (start.bookmarks) remind(context, sender, { stream, progress, seconds })
    stream.resources.adopt(setTimeout(stream.close, Math.max(0, seconds * 1000)), clearTimeout)
  } catch (error) {
    if (!isCompacted(error)) throw error
    stream.fail(tooOld(context, after))
  }
  const { signal } = context.request
  signal.addEventListener('abort', stream.close, { once: true })
  if (signal.aborted) stream.close()
  const beginning = initialEvents({ initial, sender, form, ...(start.announceEnd && { announced: after }) })
  return streamOf(form, eventsOf([beginning, stream.queue], stream.close))
}

function streamOf({ encoding }: ObjectForm, body: AsyncIterable<Buffer>): Answer {
  const contentType = MEDIA_TYPES[encoding]
  return { type: 'stream', contentType: encoding === 'json' ? contentType : `${contentType};stream=watch`, body }
}

function timeoutOf(error: unknown): StatusError {
  if (isStatus(error, 'Timeout')) return error
  throw error
}

/** What a watch holds while it is open. */
interface Stream {
  readonly queue: WatchQueue
  readonly resources: DisposableStack
  /** Ends it after what is queued, and lets go of everything. */
  readonly close: () => void
  readonly fail: (error: StatusError) => void
}

function openStream(form: ObjectForm): Stream {
  const resources = new DisposableStack()
  const queue = createWatchQueue(() => {
    setImmediate(close)
    return errorEvent(form, expired('the client reads too slowly: watch again from the last resourceVersion'))
  })
  const close = (): void => {
    resources.dispose()
    queue.end()
  }
  const fail = (error: StatusError): void => {
    queue.push(errorEvent(form, error))
    close()
  }
  return { queue, resources, close, fail }
}

/** Returns the version up to which all changes have been delivered. */
async function subscribe(
  context: ResourceContext,
  sender: Sender,
  after: number,
  { resources, fail }: Stream,
): Promise<() => number> {
  const { definition, cluster, info, parts } = context
  let delivered = after
  // A watch from the future begins now and keeps silent until then.
  const from = isFuture(parts.store, after) ? lastVersionOf(parts.store.revision()) : after
  const virtual = resources.use(await watchVirtual(context, sender, from))
  try {
    const subscription = await parts.store.watch({
      prefix: rangePrefix(definition, cluster, info.namespace),
      after: from,
      deliver: ({ changes, revision }) => {
        for (const change of changes) {
          if (change.version > after) (virtual?.overlay(change) ?? [change]).forEach(sender.deliver)
        }
        delivered = Math.max(delivered, listVersion(revision))
      },
      failed: (error) =>
        fail(isCompacted(error) ? tooOld(context, delivered) : serviceUnavailable('the watch has ended: watch again')),
    })
    resources.use(subscription)
  } catch (error) {
    resources.dispose()
    throw error
  }
  return () => delivered
}

interface Reminding {
  readonly stream: Stream
  /** The version up to which all changes have been delivered. */
  readonly progress: () => number
  /** How long the watch is open. */
  readonly seconds: number
}

/** Quiet times count, too: a minute after a revision was seen, all that it changed has been delivered. */
function remind({ parts }: ResourceContext, sender: Sender, { stream, progress, seconds }: Reminding): void {
  let seen = 0
  const push = (): void => {
    const version = Math.max(progress(), seen)
    stream.queue.push(sender.bookmark({ version, initialEventsEnd: false }))
    seen = listVersion(parts.store.revision())
  }
  stream.resources.adopt(setInterval(push, BOOKMARK_MILLISECONDS), clearInterval)
  if (seconds > LAST_BOOKMARK_SECONDS) {
    stream.resources.adopt(setTimeout(push, (seconds - LAST_BOOKMARK_SECONDS) * 1000), clearTimeout)
  }
}

interface Beginning {
  readonly initial: AllRows | undefined
  readonly sender: Sender
  readonly form: ObjectForm
  /** The version that a bookmark after them says. */
  readonly announced?: number
}

/** Page by page, as they are read; not queued, since they are as many as there are objects. */
async function* initialEvents({ initial, sender, form, announced }: Beginning): AsyncGenerator<Buffer> {
  try {
    const added = (rows: readonly AnsweredRow[]): Buffer => Buffer.concat(rows.map(sender.initial))
    if (initial !== undefined && initial.rows.length > 0) yield added(initial.rows)
    for await (const page of initial?.rest ?? []) if (page.length > 0) yield added(page)
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    // Read so slowly that the history was gone: an error that nothing may follow.
    yield errorEvent(form, error)
    throw error
  }
  if (announced !== undefined) yield sender.bookmark({ version: announced, initialEventsEnd: true })
}

async function* eventsOf(
  parts: readonly (Iterable<Buffer> | AsyncIterable<Buffer>)[],
  close: () => void = () => undefined,
): AsyncGenerator<Buffer> {
  try {
    for (const part of parts) {
      for await (const piece of part) yield piece
    }
  } finally {
    close()
  }
}

function isCompacted(error: unknown): boolean {
  return isStoreError(error, 'compacted')
}

function tooOld({ parts }: ResourceContext, after: number): StatusError {
  return expired(`too old resource version: ${after} (${listVersion(parts.store.compacted())})`)
}

function errorEvent(form: ObjectForm, error: StatusError): Buffer {
  return eventOf(form, 'ERROR', error.status)
}
