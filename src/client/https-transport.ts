import http2 from 'node:http2'
import type { LookupFunction } from 'node:net'
import { type ApiResponse, KeelsonError } from '../machinery/index.ts'
import type { Transport, TransportRequest } from './transport.ts'

/** How to reach a server and as whom: what a kubeconfig's context says (client-go's rest.Config). */
export interface RestConfig {
  /** For example `https://127.0.0.1:6443/clusters/root`; its path belongs to the client, not to the transport. */
  readonly server: string
  /** PEM. */
  readonly ca?: string | Buffer
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  readonly token?: string
  readonly tlsServerName?: string
  readonly insecureSkipTlsVerify?: boolean
}

/** Milliseconds. An idle connection is asked after `interval` whether it is still there, and given up after `patience`
 *  more: what client-go does after 30 s and 15 s. */
export interface HttpsTransportOptions {
  readonly connectTimeout?: number
  readonly ping?: { readonly interval: number; readonly patience: number }
  /** How names are resolved; default: as the machine does. An address that is given as such is not looked up. */
  readonly lookup?: LookupFunction
}

/** HTTP/2 over TLS. Connects with the first request, and anew when the connection is lost. */
export function httpsTransport(config: RestConfig, options: HttpsTransportOptions = {}): Transport {
  const { connectTimeout = 10_000, ping = { interval: 30_000, patience: 15_000 }, lookup } = options
  const origin = new URL(config.server).origin
  const authorization = config.token === undefined ? {} : { authorization: `Bearer ${config.token}` }
  const sessions = new Set<Connection>()
  let closed = false

  /** A server bounds the streams of one connection; what exceeds it would wait until a watch ends. */
  const free = (): Connection => {
    for (const each of sessions) if (each.hasRoom()) return each
    const connection = connect(origin, config, { connectTimeout, ping, lookup }, () => sessions.delete(connection))
    sessions.add(connection)
    return connection
  }

  return {
    async send(request) {
      for (let attempt = 0; ; attempt++) {
        if (closed) throw new KeelsonError('the connection was closed', 'open a new one')
        request.signal.throwIfAborted()
        const connection = free()
        const reused = connection.established()
        try {
          const response = await connection.send(request, { ...request.headers, ...authorization })
          return { ...response, body: pieces(response.body, origin, request.signal) }
        } catch (error) {
          if (request.signal.aborted) throw request.signal.reason
          // A server closes idle connections when it likes, so a read that met that moment is sent once more.
          const again = isUnprocessed(error) || (request.method === 'GET' && reused && attempt === 0)
          if (!again || attempt === MAX_ATTEMPTS) throw explained(origin, error)
        }
      }
    },
    [Symbol.dispose]() {
      closed = true
      for (const each of sessions) each.destroy()
    },
  }
}

interface Chosen extends Required<Omit<HttpsTransportOptions, 'lookup'>> {
  readonly lookup: LookupFunction | undefined
}

interface Connection {
  readonly hasRoom: () => boolean
  readonly established: () => boolean
  readonly send: (request: TransportRequest, headers: Readonly<Record<string, string>>) => Promise<ApiResponse>
  readonly destroy: () => void
}

function connect(
  origin: string,
  config: RestConfig,
  { connectTimeout, ping, lookup }: Chosen,
  gone: () => void,
): Connection {
  const session = http2.connect(origin, {
    ...(config.ca === undefined ? {} : { ca: config.ca }),
    ...(config.cert === undefined ? {} : { cert: config.cert }),
    ...(config.key === undefined ? {} : { key: config.key }),
    ...(config.tlsServerName === undefined ? {} : { servername: config.tlsServerName }),
    ...(lookup === undefined ? {} : { lookup }),
    rejectUnauthorized: config.insecureSkipTlsVerify !== true,
    // The default window of 64 KiB would make a long list wait for the round trip every 64 KiB.
    settings: { enablePush: false, initialWindowSize: 4 * 1024 * 1024 },
  })
  let open = 0
  let usable = true
  let connected = false
  let failure: Error | undefined

  const leave = () => {
    usable = false
    clearTimeout(limit)
    clearInterval(pinging)
    gone()
  }
  const limit = setTimeout(
    () => session.destroy(new Error(`no connection within ${connectTimeout} ms`)),
    connectTimeout,
  )
  const pinging = setInterval(() => {
    if (!connected || session.destroyed) return
    const lost = setTimeout(() => session.destroy(new Error('the server no longer answers')), ping.patience).unref()
    session.ping(() => clearTimeout(lost))
  }, ping.interval).unref()

  session.on('connect', () => {
    connected = true
    clearTimeout(limit)
    // It was given back before it was there: Node tells of it all the same.
    if (session.destroyed) return
    session.setLocalWindowSize(16 * 1024 * 1024)
    if (open === 0) session.unref()
  })
  session.on('error', (error) => {
    failure = error
  })
  session.on('goaway', leave)
  session.on('close', leave)

  return {
    hasRoom: () => usable && !session.closed && open < (session.remoteSettings?.maxConcurrentStreams ?? 100),
    established: () => connected,
    destroy: () => session.destroy(),
    send(request, headers) {
      const { promise, resolve, reject } = Promise.withResolvers<ApiResponse>()
      const stream = session.request(
        { ':method': request.method, ':path': request.url, ...headers },
        { endStream: request.body === undefined },
      )
      // An idle connection must not keep a command from ending.
      if (open++ === 0) session.ref()
      const abort = () => stream.destroy(request.signal.reason)
      request.signal.addEventListener('abort', abort, { once: true })
      const timeout =
        request.timeout === undefined
          ? undefined
          : setTimeout(() => stream.destroy(new Error(`no answer within ${request.timeout} ms`)), request.timeout)
      if (request.body !== undefined) stream.end(request.body)
      stream.on('response', (received) => resolve({ ...headOf(received), body: stream }))
      stream.on('error', (error) => reject(failure ?? error))
      stream.on('close', () => {
        clearTimeout(timeout)
        request.signal.removeEventListener('abort', abort)
        if (--open === 0 && !session.destroyed) session.unref()
        reject(failure ?? new Error('the connection was lost before the answer'))
      })
      return promise
    },
  }
}

async function* pieces(body: ApiResponse['body'], origin: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* body
  } catch (error) {
    throw signal.aborted ? signal.reason : explained(origin, error)
  }
}

function headOf(received: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader): Omit<ApiResponse, 'body'> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(received)) {
    if (name.startsWith(':') || value === undefined) continue
    headers[name] = Array.isArray(value) ? value.join(', ') : String(value)
  }
  return { status: received[':status'] ?? 0, headers }
}

const MAX_ATTEMPTS = 5
const UNPROCESSED = new Set(['ERR_HTTP2_GOAWAY_SESSION', 'ERR_HTTP2_INVALID_SESSION'])

/** The server says that it has not looked at the request: it may be sent again, whatever it is. */
function isUnprocessed(error: unknown): boolean {
  const { code = '', message = '' } = error as NodeJS.ErrnoException
  return UNPROCESSED.has(code) || message.includes('NGHTTP2_REFUSED_STREAM')
}

/** One line for what went wrong, with the error of the system as its cause. */
function explained(origin: string, error: unknown): KeelsonError {
  const { cause = error } = error as Error
  const { code = '', message = String(error) } = cause as NodeJS.ErrnoException
  const host = new URL(origin).host
  if (code === 'ECONNREFUSED') {
    const text = `The connection to the server ${host} was refused - did you specify the right host or port?`
    return new KeelsonError(text, 'start it with: keelson serve', { cause: error })
  }
  const remedy = /CERT|SELF_SIGNED|ERR_TLS/.test(code)
    ? 'check certificate-authority-data in the kubeconfig'
    : 'check that the server runs and that the kubeconfig names its address'
  return new KeelsonError(`Unable to connect to the server: ${host}: ${message}`, remedy, { cause: error })
}
