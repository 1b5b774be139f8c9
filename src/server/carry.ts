/** Carries one request from a socket to the handler, and its answer back, for HTTP/1.1 and HTTP/2 alike. */
import type { ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import {
  type ApiRequest,
  type ApiResponse,
  type Handler,
  requestEntityTooLarge,
  StatusError,
} from '../machinery/index.ts'
import { headersOf } from './authentication/request-headers.ts'
import { clientCertificateUser } from './pki/tls.ts'

/** Made once: a DOMException with its stack for each request that ends would be dear. */
const GONE = new Error('the client has gone away')

/** Never rejects: a client that goes away at whatever moment ends its own request and nothing else. */
export async function carry(
  handler: Handler,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
): Promise<void> {
  // It may have waited for its turn.
  if (hasLeft(request, response)) return
  const gone = new AbortController()
  const abort = (): void => gone.abort(GONE)
  response.on('close', abort)
  request.on('error', abort)
  response.on('error', abort)
  try {
    const answer = await handler(carriedRequest(request, gone))
    if (!gone.signal.aborted) await send(response, answer, request.method === 'HEAD', gone.signal)
    // What was refused before its end is read to its end, for the connection to be of further use.
    if (!gone.signal.aborted && !request.readableEnded) request.resume()
  } catch (error) {
    if (!gone.signal.aborted) process.emitWarning(error as Error)
    response.destroy()
  }
}

function hasLeft(request: Http2ServerRequest, response: Http2ServerResponse): boolean {
  // Of HTTP/1.1 there is no stream, and the response is one that knows.
  const { destroyed } = (request.stream as typeof request.stream | undefined) ?? (response as unknown as ServerResponse)
  return destroyed
}

function carriedRequest(request: Http2ServerRequest, gone: AbortController): ApiRequest {
  return {
    method: request.method,
    url: request.url,
    headers: headersOf(request.rawHeaders),
    body: (limit) => readBody(request, limit, gone),
    signal: gone.signal,
    ...peerOf((request.stream?.session?.socket ?? request.socket) as TLSSocket, request.stream?.session),
  }
}

type Peer = Pick<ApiRequest, 'user' | 'sourceIP'>

const peers = new WeakMap<object, Peer>()

/** Certificate and address are the connection's: looked at once. */
export function peerOf(socket: TLSSocket, connection: object = socket): Peer {
  let peer = peers.get(connection)
  if (peer === undefined) {
    const user = clientCertificateUser(socket)
    const { remoteAddress } = socket
    peer = { ...(user !== undefined && { user }), ...(remoteAddress !== undefined && { sourceIP: remoteAddress }) }
    peers.set(connection, peer)
  }
  return peer
}

async function readBody(request: Http2ServerRequest, limit: number, gone: AbortController): Promise<Buffer> {
  if (Number(request.headers['content-length']) > limit) throw requestEntityTooLarge(limit)
  const pieces: Buffer[] = []
  let size = 0
  try {
    // Leaving the loop must not destroy the stream: on HTTP/1.1 that is the connection that the 413 is to be sent on.
    for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += piece.length
      if (size > limit) throw requestEntityTooLarge(limit)
      pieces.push(piece)
    }
  } catch (error) {
    if (error instanceof StatusError) throw error
    gone.abort(GONE)
    throw GONE
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
  const headers = onTheWire(answer.headers)
  if (Array.isArray(body)) {
    const length = body.reduce((sum: number, piece: Buffer) => sum + piece.length, 0)
    response.writeHead(answer.status, { ...headers, 'content-length': String(length) })
    const pieces = headOnly ? [] : length > WRITTEN_AT_ONCE ? body.flatMap(slices) : body
    for (const [index, piece] of pieces.entries()) {
      if (index === pieces.length - 1) break
      if (!response.write(piece)) await drained(response, signal)
      if (signal.aborted) return
    }
    const last: Buffer | undefined = pieces.at(-1)
    if (last === undefined || last.length === 0) response.end()
    else response.end(last)
    return
  }
  response.writeHead(answer.status, headers)
  // A watcher waits for the headers before there is any event.
  if ('flushHeaders' in response) (response as { flushHeaders: () => void }).flushHeaders()
  if (!headOnly) {
    for await (const piece of body as AsyncIterable<Buffer>) {
      if (signal.aborted) break
      if (!response.write(piece)) await drained(response, signal)
    }
  }
  response.end()
}

/** To encrypt a mebibyte takes a millisecond. */
const WRITTEN_AT_ONCE = 512 * 1024

function slices(piece: Buffer): Buffer[] {
  const count = Math.ceil(piece.length / WRITTEN_AT_ONCE)
  return Array.from({ length: count }, (_, index) =>
    piece.subarray(index * WRITTEN_AT_ONCE, (index + 1) * WRITTEN_AT_ONCE),
  )
}

const PLAIN = /^[\t\x20-\x7e]*$/

/** Node sends a header's characters as bytes and refuses those that are none: other text goes as UTF-8, as Go sends it. */
function onTheWire(headers: ApiResponse['headers']): Record<string, string> {
  const sent: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    sent[name] = PLAIN.test(value) ? value : Buffer.from(value.replace(/\p{Cc}/gu, ' '), 'utf8').toString('latin1')
  }
  return sent
}

function drained(response: Http2ServerResponse, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    response.on('drain', done)
    signal.addEventListener('abort', done)
  })
}
