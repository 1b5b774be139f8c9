/**
 * Watches over WebSocket (RFC 6455), for browsers: each event is a message, text in JSON and binary in protobuf
 * (apiserver/pkg/endpoints/handlers/watch.go, HandleWS). The server only sends, so that what a library would bring is a
 * handshake and the header of a frame.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { ApiResponse, Handler, Headers } from '../machinery/index.ts'
import { headersOf } from './authentication/request-headers.ts'
import { peerOf } from './carry.ts'
import { closeFrame, eventsIn, frame, readFrames } from './websocket-frames.ts'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const BEARER = 'base64url.bearer.authorization.k8s.io.'

/** Never rejects. Any other answer than a stream goes out as it would without an upgrade. */
export async function serveUpgrade(handler: Handler, request: IncomingMessage, socket: Duplex): Promise<void> {
  const gone = new AbortController()
  const abort = (): void => gone.abort()
  socket.on('error', abort).on('close', abort)
  try {
    const { headers, protocols } = withBearer(headersOf(request.rawHeaders))
    const answer = await handler({
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      headers,
      body: async () => Buffer.alloc(0),
      signal: gone.signal,
      ...peerOf(socket as TLSSocket),
    })
    if (answer.events !== true || headers.upgrade?.toLowerCase() !== 'websocket') {
      await respondPlainly(request, socket, answer, gone.signal)
      return
    }
    const refused = refusal(headers, protocols)
    if (refused !== undefined) {
      socket.write(refused)
      return
    }
    socket.write(handshake(headers['sec-websocket-key'] ?? '', protocols[0]))
    await send(socket, answer, gone)
  } catch (error) {
    if (!gone.signal.aborted) process.emitWarning(error as Error)
  } finally {
    abort()
    socket.end()
  }
}

/** A browser cannot send a header: the token is a subprotocol, and another one is the one that is agreed on. */
function withBearer(headers: Headers): { headers: Headers; protocols: readonly string[] } {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim())
  const protocols = offered.filter((protocol) => protocol !== '' && !protocol.startsWith(BEARER))
  const token = offered.find((protocol) => protocol.startsWith(BEARER))
  if (token === undefined) return { headers, protocols }
  // A token alone is no token, and agreed on as any protocol.
  if (protocols.length === 0) return { headers, protocols: offered }
  const text = Buffer.from(token.slice(BEARER.length), 'base64url').toString('utf8')
  return { headers: { ...headers, authorization: `Bearer ${text}` }, protocols }
}

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request'

/** What golang.org/x/net/websocket says to a handshake that is none, in place of an answer. */
function refusal(headers: Headers, protocols: readonly string[]): string | undefined {
  const answer = (lines: readonly string[], text = '') => `${lines.join('\r\n')}\r\n\r\n${text}`
  if ((headers['sec-websocket-key'] ?? '') === '') return answer([BAD_REQUEST], 'mismatch challenge/response')
  if (headers['sec-websocket-version'] !== '13') {
    return answer([BAD_REQUEST, 'Sec-WebSocket-Version: 13'], 'missing or bad WebSocket Version')
  }
  if (!URL.canParse(headers.origin ?? '')) return answer(['HTTP/1.1 403 Forbidden'])
  return protocols.length > 1 ? answer([BAD_REQUEST]) : undefined
}

function handshake(key: string, protocol: string | undefined): string {
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64')
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

async function send(socket: Duplex, answer: ApiResponse, gone: AbortController): Promise<void> {
  const isText = answer.headers['content-type'] === 'application/json'
  readFrames(socket, {
    pong: (payload) => socket.write(frame('pong', payload)),
    closed: () => {
      socket.write(closeFrame())
      gone.abort()
    },
  })
  for await (const piece of answer.body) {
    if (gone.signal.aborted) return
    for (const event of eventsIn(piece, isText)) {
      if (!socket.write(frame(isText ? 'text' : 'binary', event))) await drained(socket, gone.signal)
    }
  }
  if (!gone.signal.aborted) socket.write(closeFrame())
}

async function respondPlainly(
  request: IncomingMessage,
  socket: Duplex,
  answer: ApiResponse,
  signal: AbortSignal,
): Promise<void> {
  // Read at a start, node:http alone takes a tenth of it: it brings fetch with it.
  const { ServerResponse } = await import('node:http')
  const response = new ServerResponse(request)
  response.assignSocket(socket as TLSSocket)
  response.shouldKeepAlive = false
  response.writeHead(answer.status, answer.headers)
  // Events that nobody can be sent are not begun.
  for await (const piece of answer.events === true ? [] : answer.body) {
    if (!response.write(piece)) await drained(socket, signal)
  }
  await new Promise<void>((resolve) => response.end(resolve))
}

function drained(socket: Duplex, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    socket.on('drain', done)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
