/** For tests of this room: one collection of an API server, with the faults that a real one has on bad days only. */
import { createClient, inProcessTransport, resourceRef } from '../client/index.ts'
import { type ApiResponse, expired, type KubeObject, type StatusError } from '../machinery/index.ts'

export interface Widget extends KubeObject {
  spec: { size: number }
}

export const WIDGETS = resourceRef<Widget>('example.com/v1', 'widgets', { namespaced: true })

export function widget(name: string, size = 1, cluster = 'root'): Widget {
  const metadata = { name, namespace: 'default', annotations: { 'kcp.io/cluster': cluster } }
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata, spec: { size } }
}

export interface FakeCollectionOptions {
  /** Without, `sendInitialEvents` is refused as by Kubernetes before 1.32. */
  readonly watchList?: boolean
}

export function fakeCollection({ watchList = true }: FakeCollectionOptions = {}) {
  const objects = new Map<string, Widget>()
  const history: { version: number; type: string; object: Widget }[] = []
  const streams = new Set<(type: string, object: object) => void>()
  const closers = new Set<() => void>()
  /** URLs, in order. */
  const requests: string[] = []
  /** Answers that the next requests get instead of the right one. */
  const faults: StatusError[] = []
  let version = 100
  let oldest = 0

  const record = (type: string, object: Widget) => {
    history.push({ version, type, object })
    for (const send of streams) send(type, object)
  }
  const stamped = (object: Widget): Widget => {
    version++
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }
  }
  const keyOfWidget = ({ metadata }: KubeObject) => `${metadata.annotations?.['kcp.io/cluster']}/${metadata.name}`

  const list = (query: URLSearchParams) => {
    const all = [...objects.values()]
    const from = Number(query.get('continue') ?? 0)
    const limit = Number(query.get('limit') ?? all.length)
    const rest = from + limit < all.length ? { continue: String(from + limit) } : {}
    const metadata = { resourceVersion: String(version), ...rest }
    return { apiVersion: 'example.com/v1', kind: 'WidgetList', metadata, items: all.slice(from, from + limit) }
  }
  const watch = (query: URLSearchParams, signal: AbortSignal): AsyncIterable<Buffer> => {
    const { readable, send, close } = eventStream(() => streams.delete(send))
    const since = query.get('resourceVersion')
    if (since === null) {
      for (const object of objects.values()) send('ADDED', object)
      const annotations = { 'k8s.io/initial-events-end': 'true' }
      send('BOOKMARK', { kind: 'Widget', metadata: { resourceVersion: String(version), annotations } })
    } else if (Number(since) < oldest) {
      send('ERROR', expired('too old resource version').status)
      close()
      return readable
    } else {
      for (const event of history) if (event.version > Number(since)) send(event.type, event.object)
    }
    streams.add(send)
    closers.add(close)
    signal.addEventListener('abort', close, { once: true })
    return readable
  }

  const handler = async (url: string, signal: AbortSignal): Promise<ApiResponse> => {
    requests.push(url)
    const query = new URL(url, 'http://localhost').searchParams
    const fault = faults.shift()
    if (fault !== undefined) return answer(fault.status.code, fault.status)
    if (query.get('watch') !== 'true') return answer(200, list(query))
    if (query.has('sendInitialEvents') && !watchList) return answer(422, invalidStatus)
    return { status: 200, headers: {}, body: watch(query, signal) }
  }

  return {
    client: createClient({
      transport: inProcessTransport(({ url, signal }) => handler(url, signal), { username: 'test', groups: [] }),
    }),
    requests,
    faults,
    put(object: Widget) {
      const type = objects.has(keyOfWidget(object)) ? 'MODIFIED' : 'ADDED'
      const stored = stamped(object)
      objects.set(keyOfWidget(object), stored)
      record(type, stored)
    },
    remove(object: Widget) {
      objects.delete(keyOfWidget(object))
      record('DELETED', stamped(object))
    },
    bookmark() {
      version++
      for (const send of streams) send('BOOKMARK', { kind: 'Widget', metadata: { resourceVersion: String(version) } })
    },
    /** Ends all watches, as a restarting server does. */
    dropWatches() {
      for (const close of closers) close()
      closers.clear()
      streams.clear()
    },
    /** Forgets the history: watches can no longer be resumed from before now. */
    compact() {
      oldest = version + 1
      version++
    },
    version: () => version,
  }
}

const invalidStatus = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  reason: 'Invalid',
  message:
    'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
  code: 422,
}

function answer(status: number, body: object): ApiResponse {
  return { status, headers: {}, body: [Buffer.from(JSON.stringify(body))] }
}

function eventStream(ended: () => void) {
  const { readable, writable } = new TransformStream<Buffer, Buffer>(undefined, undefined, {
    highWaterMark: Number.POSITIVE_INFINITY,
  })
  const writer = writable.getWriter()
  const ignore = () => {}
  return {
    readable,
    send: (type: string, object: object) => {
      writer.write(Buffer.from(`${JSON.stringify({ type, object })}\n`)).catch(ignore)
    },
    close: () => {
      ended()
      writer.close().catch(ignore)
    },
  }
}
