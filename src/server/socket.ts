/** HTTPS for the pipeline: HTTP/2 first, HTTP/1.1 for those who ask for it (reference: node:http2's compatibility API). */
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import {
  type ApiRequest,
  type ApiResponse,
  type Handler,
  KeelsonError,
  requestEntityTooLarge,
  type UserInfo,
} from '../machinery/index.ts'
import { headersOf } from './authentication/request-headers.ts'
import type { Authority } from './pki/authority.ts'
import { clientCertificateUser, type TlsSettings, tlsOptions } from './pki/tls.ts'

/** client-go opens one stream a watch; hundreds of informers on one connection are usual. */
const MAX_STREAMS = 10_000
/** Node's default of 10 MB a connection refuses the streams of a client that lists; our own back-pressure bounds memory. */
const SESSION_MEMORY_MB = 1_000
/** Longer than Go's idle connection pool, which would else race with a close. */
const KEEP_ALIVE_MILLISECONDS = 120_000
const PING_MILLISECONDS = 30_000

export interface ListenOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly authority: Authority
  readonly clientCAs: TlsSettings['clientCAs']
}

export interface Listener extends AsyncDisposable {
  /** `https://host:port`. */
  readonly url: string
}

export async function listen(handler: Handler, { host, port, authority, clientCAs }: ListenOptions): Promise<Listener> {
  const server = createSecureServer({
    ...tlsOptions(authority, { clientCAs }),
    maxSessionMemory: SESSION_MEMORY_MB,
    settings: { maxConcurrentStreams: MAX_STREAMS },
  })
  const sessions = trackSessions(server)
  server.on('request', (request, response) => void carry(handler, request, response))
  server.on('timeout', () => undefined)
  Object.assign(server, { keepAliveTimeout: KEEP_ALIVE_MILLISECONDS, requestTimeout: 0, headersTimeout: 60_000 })
  await bind(server, host, port)
  const address = server.address() as AddressInfo
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    url: `https://${shown}:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      sessions[Symbol.dispose]()
      await closed
    },
  }
}

function bind(server: Http2SecureServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)))
    server.listen(port, host, resolve)
  })
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): KeelsonError {
  const where = `${host}:${port}`
  if (error.code === 'EADDRINUSE') {
    return new KeelsonError(
      `${where} is in use by another process`,
      'stop it, or choose another address with --listen HOST:PORT',
      { cause: error },
    )
  }
  if (error.code === 'EACCES') {
    return new KeelsonError(
      `listening on ${where} is not permitted`,
      'choose a port above 1023 with --listen HOST:PORT',
      { cause: error },
    )
  }
  return new KeelsonError(
    `cannot listen on ${where}: ${error.code ?? error.message}`,
    'choose an address of this machine with --listen HOST:PORT',
    { cause: error },
  )
}

/** Dead peers are found by pings, and all connections are cut when the server stops: watches would keep them open. */
function trackSessions(server: Http2SecureServer): Disposable {
  const open = new Set<{ destroy: () => void }>()
  const pings = new Set<NodeJS.Timeout>()
  server.on('session', (session) => {
    open.add(session)
    const ping = setInterval(() => {
      if (!session.closed && !session.destroyed)
        session.ping((error) => {
          if (error !== null) session.destroy()
        })
    }, PING_MILLISECONDS)
    ping.unref()
    pings.add(ping)
    session.on('error', () => session.destroy())
    session.on('close', () => {
      clearInterval(ping)
      pings.delete(ping)
      open.delete(session)
    })
  })
  server.on('secureConnection', (socket: TLSSocket) => {
    open.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => open.delete(socket))
  })
  return {
    [Symbol.dispose]: () => {
      for (const ping of pings) clearInterval(ping)
      for (const connection of open) connection.destroy()
    },
  }
}

/** Made once: a DOMException with its stack for each request that ends would be dear. */
const GONE = new Error('the client has gone away')

const users = new WeakMap<object, UserInfo | null>()

/** The certificate is the connection's: looked at once. */
function userOf(request: Http2ServerRequest): UserInfo | undefined {
  const session = request.stream?.session
  const socket = (session?.socket ?? request.socket) as TLSSocket
  const connection = session ?? socket
  const known = users.get(connection)
  if (known !== undefined) return known ?? undefined
  const user = clientCertificateUser(socket)
  users.set(connection, user ?? null)
  return user
}

async function carry(handler: Handler, request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
  const gone = new AbortController()
  const abort = (): void => gone.abort(GONE)
  response.on('close', abort)
  request.on('error', abort)
  response.on('error', abort)
  const user = userOf(request)
  const carried: ApiRequest = {
    method: request.method,
    url: request.url,
    headers: headersOf(request.rawHeaders),
    body: (limit) => readBody(request, limit),
    signal: gone.signal,
    ...(user !== undefined && { user }),
  }
  const answer = await handler(carried)
  if (gone.signal.aborted) return
  await send(response, answer, request.method === 'HEAD', gone.signal)
}

async function readBody(request: Http2ServerRequest, limit: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > limit) throw requestEntityTooLarge(limit)
    pieces.push(piece)
  }
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
}

async function send(
  response: Http2ServerResponse,
  answer: ApiResponse,
  headOnly: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { body } = answer
  if (Array.isArray(body)) {
    const length = body.reduce((sum: number, piece: Buffer) => sum + piece.length, 0)
    response.writeHead(answer.status, { ...answer.headers, 'content-length': String(length) })
    if (headOnly || length === 0) {
      response.end()
      return
    }
    for (const [index, piece] of body.entries()) {
      if (index === body.length - 1) response.end(piece)
      else if (!response.write(piece)) await drained(response, signal)
      if (signal.aborted) return
    }
    return
  }
  response.writeHead(answer.status, answer.headers)
  // A watcher waits for the headers before there is any event.
  if ('flushHeaders' in response) (response as { flushHeaders: () => void }).flushHeaders()
  for await (const piece of body as AsyncIterable<Buffer>) {
    if (signal.aborted) break
    if (!response.write(piece)) await drained(response, signal)
  }
  response.end()
}

function drained(response: Http2ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
