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
  session.on('error', () => {})
  const token: Headers = 'token' in credential ? { authorization: `Bearer ${credential.token}` } : {}
  try {
    await misbehaviours[number % misbehaviours.length]?.(session, (rest) => base.pathname + rest, token)
  } finally {
    session.destroy()
  }
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
