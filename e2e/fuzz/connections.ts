/** Clients that do not behave: streams that are reset, never ended or never read, and bytes that are no HTTP. */
import { once } from 'node:events'
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import type { Access } from '../kubeconfig.ts'

type Misbehaviour = (session: ClientHttp2Session, path: (rest: string) => string, token: Headers) => Promise<void>
type Headers = Record<string, string>

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'

const misbehaviours: readonly Misbehaviour[] = [
  // Many streams, reset at once: what "rapid reset" does.
  async (session, path, token) => {
    for (let each = 0; each < 80; each++) {
      const stream = session.request({ ...token, ':path': path(CONFIG_MAPS) })
      stream.on('error', () => {})
      stream.close(each % 2 === 0 ? constants.NGHTTP2_CANCEL : constants.NGHTTP2_INTERNAL_ERROR)
    }
    await sleep(20)
  },
  // Watches that nobody reads.
  async (session, path, token) => {
    for (let each = 0; each < 20; each++) {
      const stream = session.request({ ...token, ':path': path(`${CONFIG_MAPS}?watch=true`) })
      stream.on('error', () => {}).pause()
    }
    await sleep(100)
  },
  // Bodies that never end.
  async (session, path, token) => {
    for (let each = 0; each < 10; each++) {
      const head = { ...token, ':method': 'POST', ':path': path(CONFIG_MAPS), 'content-type': 'application/json' }
      const stream = session.request(head)
      stream.on('error', () => {})
      stream.write('{"apiVersion":"v1",')
    }
    await sleep(100)
  },
  // Headers, pseudo-headers and trailers that are many, long or no HTTP; the client of Node refuses to send some.
  async (session, path, token) => {
    const headers: readonly Headers[] = [
      Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x-header-${index}`, 'v'])),
      { 'x-long': 'v'.repeat(20_000) },
      { ':path': '*' },
      { ':method': 'CONNECT', ':authority': 'elsewhere:1' },
      { 'content-length': '5' },
      { te: 'trailers', trailer: 'x' },
    ]
    for (const some of headers) {
      try {
        const stream = session.request({ ...token, ':path': path(CONFIG_MAPS), ...some }, { waitForTrailers: true })
        stream.on('error', () => {}).resume()
        stream.on('wantTrailers', () => stream.sendTrailers({ x: 'y' }))
      } catch {
        session.ping(() => {})
      }
    }
    await sleep(50)
  },
  // Pings and settings by the hundred.
  async (session) => {
    for (let each = 0; each < 300; each++) {
      session.ping(() => {})
      if (each % 3 === 0) session.settings({ initialWindowSize: each, maxConcurrentStreams: each })
    }
    await sleep(50)
  },
  // A window that is too small for any answer, and then opened.
  async (session, path, token) => {
    session.settings({ initialWindowSize: 1 })
    for (let each = 0; each < 10; each++) {
      session.request({ ...token, ':path': path('/openapi/v2') }).on('error', () => {})
    }
    await sleep(50)
    session.settings({ initialWindowSize: 65_535 })
    await sleep(50)
  },
  // Hundreds of ordinary requests on one connection, all answered.
  async (session, path, token) => {
    const answers = Array.from({ length: 100 }, async () => {
      const stream = session.request({ ...token, ':path': path(`${CONFIG_MAPS}?limit=5`) })
      stream.on('error', () => {}).resume()
      await once(stream, 'close')
    })
    await Promise.all(answers)
  },
]

/** One connection of HTTP/2 that misbehaves in the way of that number, and is cut off. */
export async function misbehave(access: Access, number: number): Promise<void> {
  const { url, ca, credential } = access
  const base = new URL(url)
  const certificate = 'token' in credential ? {} : { cert: credential.certificate, key: credential.key }
  const session = connectHttp2(base.origin, { ca, ...certificate })
  session.on('error', () => {}).setMaxListeners(0)
  const token: Headers = 'token' in credential ? { authorization: `Bearer ${credential.token}` } : {}
  try {
    await misbehaviours[number % misbehaviours.length]?.(session, (rest) => base.pathname + rest, token)
  } finally {
    session.destroy()
  }
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const FRAME_TYPES = 12

/** The beginning of HTTP/2, and frames of all types for some streams that hold those bytes. */
export function framesOf(bytes: Uint8Array): Buffer {
  const frames: Buffer[] = [PREFACE, frame(4, 0, 0, new Uint8Array())]
  for (let at = 0; at + 3 < bytes.length; ) {
    const [type = 0, flags = 0, stream = 0, length = 0] = bytes.subarray(at, at + 4)
    frames.push(frame(type % FRAME_TYPES, flags, stream % 8, bytes.subarray(at + 4, at + 4 + (length % 32))))
    at += 4 + (length % 32)
  }
  return Buffer.concat(frames)
}

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** Opens a connection, sends the bytes and leaves, or stays silent. */
export async function sendBytes({ url, ca }: Access, bytes: Uint8Array, alpn: string): Promise<void> {
  const { hostname, port } = new URL(url)
  const socket = connectTls({ host: hostname, port: Number(port), ca, ALPNProtocols: [alpn] })
  socket.on('error', () => {}).resume()
  await once(socket, 'secureConnect').catch(() => {})
  socket.write(bytes)
  await sleep(30)
  socket.destroy()
}
