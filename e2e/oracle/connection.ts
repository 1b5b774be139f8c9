/** Raw HTTP to an API server, with every header as it came. */

import type { IncomingMessage } from 'node:http'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { Agent, type RequestOptions, request } from 'node:https'
import type { Access } from '../kubeconfig.ts'
import { decodeEnvelope, PROTOBUF } from './protobuf.ts'
import { follow, headOf, type OpenStream, openHttp2, type Transport } from './streams.ts'
import { openWebSocket } from './websocket.ts'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** What is not text is shown as what it holds. */
  readonly body: string
}

export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

export interface Connection extends Disposable {
  send(asked: RawRequest): Promise<RawAnswer>
  open(asked: RawRequest, over?: Transport): Promise<OpenStream>
}

/** Longer than any case leaves a watch without an event. */
const SILENCE = 20_000

/** Connections that are kept; the user agent is fixed, because field managers are named after it. */
export function connect({ url, ca, credential }: Access): Connection {
  const base = new URL(url)
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const options = ({ method, path, headers = {}, body }: RawRequest): RequestOptions => ({
    host: base.hostname,
    port: base.port,
    method,
    path: base.pathname.replace(/\/$/, '') + path,
    ca,
    agent,
    ...('token' in credential ? {} : { cert: credential.certificate, key: credential.key }),
    headers: {
      'user-agent': 'oracle/1',
      ...('token' in credential && { authorization: `Bearer ${credential.token}` }),
      // Node sends the body of a DELETE without saying how long it is.
      ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
      ...headers,
    },
  })
  const begin = (asked: RawRequest): Promise<IncomingMessage> => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const outgoing = request(options(asked), resolve)
    outgoing.setTimeout(SILENCE, () => outgoing.destroy(new Error(`${asked.method} ${asked.path} is not answered`)))
    outgoing.on('error', reject)
    outgoing.end(asked.body)
    return promise
  }
  let session: ClientHttp2Session | undefined
  const sessionNow = (): ClientHttp2Session => {
    session ??= connectHttp2(base.origin, {
      ca,
      ...('token' in credential ? {} : { cert: credential.certificate, key: credential.key }),
    })
    return session
  }
  return {
    async send(asked) {
      const incoming = await begin(asked)
      const bytes: Buffer = Buffer.concat(await incoming.toArray())
      const isProtobuf = incoming.headers['content-type'] === PROTOBUF
      return { ...headOf(incoming), body: isProtobuf ? JSON.stringify(decodeEnvelope(bytes)) : bytes.toString('utf8') }
    },
    async open(asked, over = 'http/1.1') {
      if (over === 'http/2') return openHttp2(sessionNow(), options(asked))
      if (over === 'websocket') return openWebSocket(options(asked))
      const incoming = await begin(asked)
      return follow(incoming, headOf(incoming))
    },
    [Symbol.dispose]: () => {
      agent.destroy()
      session?.destroy()
    },
  }
}
