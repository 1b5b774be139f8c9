/**
 * gRPC over node:http2 (grpc/grpc: doc/PROTOCOL-HTTP2.md), as much as etcd's API takes: calls, and one stream. It is our own
 * because the store's promises rest on what a library keeps to itself: whether a request has left this process, when a
 * connection counts as dead, which member answered. A library would add three packages for the five calls below.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2, constants } from 'node:http2'

/** gRPC's codes (google.rpc.Code) that something is decided by. */
export const CODES = {
  invalidArgument: 3,
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  outOfRange: 11,
  unavailable: 14,
  unauthenticated: 16,
} as const

/** The call has failed. `sent`: the member may have seen it, and done what it asks. */
export class GrpcError extends Error {
  override readonly name = 'GrpcError'
  readonly code: number
  readonly sent: boolean

  constructor(code: number, message: string, sent: boolean) {
    super(message)
    this.code = code
    this.sent = sent
  }
}

/** PEM. */
export interface TlsFiles {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

export interface Connection extends Disposable {
  readonly url: string
  readonly usable: () => boolean
  /** Rejects with a GrpcError. */
  readonly call: (path: string, message: Buffer, milliseconds: number) => Promise<Buffer>
  /** Sends one message and yields those that come back, until the signal aborts; throws a GrpcError when it ends otherwise. */
  readonly stream: (path: string, message: Buffer, signal: AbortSignal) => AsyncGenerator<Buffer>
}

const CONNECT_MS = 3_000
/** etcd ends connections that ping more often than every 5 seconds (--grpc-keepalive-min-time). */
const PING_MS = 6_000
const PONG_MS = 4_000
/** A watch is fed by one stream: windows that let a megabyte's event pass without waiting for the other side. */
const WINDOW = 8 * 1024 * 1024

/** Resolves when the connection is established. */
export async function connect(url: string, tls: TlsFiles): Promise<Connection> {
  const session = connectHttp2(url, { ...tls, settings: { enablePush: false, initialWindowSize: WINDOW } })
  // Whoever waits for an answer hears of it by the end of its stream.
  session.on('error', () => {})
  await established(session, url)
  session.setLocalWindowSize(2 * WINDOW)
  const pinging = setInterval(() => ping(session), PING_MS)
  pinging.unref()
  session.once('close', () => clearInterval(pinging))
  return {
    url,
    usable: () => !session.closed && !session.destroyed,
    call: (path, message, milliseconds) => call(session, path, message, milliseconds),
    stream: (path, message, signal) => stream(session, path, message, signal),
    [Symbol.dispose]: () => session.destroy(),
  }
}

async function established(session: ClientHttp2Session, url: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => reject(new Error(`no answer in ${CONNECT_MS} ms`)), CONNECT_MS)
  // The server's settings are its first words: a proxy that accepts and says nothing is no member.
  session.once('remoteSettings', () => resolve())
  session.once('error', reject)
  session.once('close', () => reject(new Error('the connection was closed')))
  try {
    await promise
  } catch (error) {
    session.destroy()
    throw new GrpcError(CODES.unavailable, `${url}: ${error instanceof Error ? error.message : error}`, false)
  } finally {
    clearTimeout(timer)
  }
}

/** A connection whose other side has vanished says nothing: it is asked now and then. */
function ping(session: ClientHttp2Session): void {
  if (session.destroyed) return
  const dead = setTimeout(() => session.destroy(), PONG_MS)
  dead.unref()
  session.ping((error) => {
    clearTimeout(dead)
    if (error !== null) session.destroy()
  })
}

function begin(session: ClientHttp2Session, path: string, headers: Record<string, string>): ClientHttp2Stream {
  const fixed = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' }
  try {
    return session.request({ ...fixed, ...headers })
  } catch (error) {
    throw new GrpcError(CODES.unavailable, String(error), false)
  }
}

function framed(message: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(5 + message.length)
  frame[0] = 0
  frame.writeUInt32BE(message.length, 1)
  message.copy(frame, 5)
  return frame
}

interface Ending {
  status: number | undefined
  message: string
  failure: string
}

/** What the headers, the trailers and the transport say of how it ended. */
function watchEnding(stream: ClientHttp2Stream): Ending {
  const ending: Ending = { status: undefined, message: '', failure: 'the connection was lost' }
  const read = (headers: Record<string, unknown>): void => {
    const status = headers['grpc-status']
    if (status !== undefined) {
      ending.status = Number(status)
      ending.message = decodeMessage(String(headers['grpc-message'] ?? ''))
    } else if (headers[':status'] !== undefined && headers[':status'] !== 200) {
      ending.failure = `HTTP status ${headers[':status']}`
    }
  }
  stream.on('response', read)
  stream.on('trailers', read)
  stream.on('error', (error) => {
    ending.failure = error.message
  })
  return ending
}

/** Percent-encoded, as the specification has it. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function endedError({ status, message, failure }: Ending): GrpcError {
  return status === undefined
    ? new GrpcError(CODES.unavailable, failure, true)
    : new GrpcError(status, message || `status ${status}`, true)
}

function call(session: ClientHttp2Session, path: string, message: Buffer, milliseconds: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const stream = begin(session, path, { 'grpc-timeout': `${milliseconds}m` })
  const ending = watchEnding(stream)
  const chunks: Buffer[] = []
  const timer = setTimeout(() => {
    ending.status ??= CODES.deadlineExceeded
    ending.message ||= `no answer in ${milliseconds} ms`
    stream.close(constants.NGHTTP2_CANCEL)
  }, milliseconds)
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  stream.once('close', () => {
    clearTimeout(timer)
    const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    if (ending.status === 0 && body.length >= 5) resolve(body.subarray(5))
    else reject(endedError(ending))
  })
  stream.end(framed(message))
  return promise
}

async function* stream(
  session: ClientHttp2Session,
  path: string,
  message: Buffer,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  signal.throwIfAborted()
  // A member without a leader ends the stream instead of keeping silent (clientv3.WithRequireLeader).
  const stream = begin(session, path, { hasleader: 'true' })
  const ending = watchEnding(stream)
  const stop = (): void => stream.close(constants.NGHTTP2_CANCEL)
  signal.addEventListener('abort', stop, { once: true })
  stream.write(framed(message))
  try {
    yield* messagesIn(stream)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    ending.failure = error.message
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
  signal.throwIfAborted()
  throw endedError(ending)
}

export async function* messagesIn(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = []
  let length = 0
  let wanted = 5
  for await (const chunk of chunks) {
    parts.push(chunk)
    length += chunk.length
    while (length >= wanted) {
      const bytes = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
      wanted = 5 + bytes.readUInt32BE(1)
      parts = [bytes]
      if (length < wanted) break
      yield bytes.subarray(5, wanted)
      const rest = bytes.subarray(wanted)
      parts = rest.length === 0 ? [] : [rest]
      length = rest.length
      wanted = 5
    }
  }
}
