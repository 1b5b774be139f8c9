/** Raw HTTP to an API server, with every header as it came. */

import type { IncomingMessage } from 'node:http'
import { Agent, type RequestOptions, request } from 'node:https'
import type { Access } from '../kubeconfig.ts'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** An open answer whose lines arrive one after the other. */
export interface OpenStream {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Lines so far. */
  readonly lines: readonly string[]
  readonly ended: boolean
  /** Resolves when `enough` holds, the stream has ended, or the time is over. */
  until(enough: (stream: OpenStream) => boolean, milliseconds: number): Promise<void>
  close(): void
}

export interface Connection extends Disposable {
  send(asked: RawRequest): Promise<RawAnswer>
  open(asked: RawRequest): Promise<OpenStream>
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
  return {
    async send(asked) {
      const incoming = await begin(asked)
      incoming.setEncoding('utf8')
      return { ...headOf(incoming), body: (await incoming.toArray()).join('') }
    },
    async open(asked) {
      return follow(await begin(asked))
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}

function headOf(incoming: IncomingMessage): Pick<RawAnswer, 'status' | 'headers'> {
  const headers = Object.entries(incoming.headers).map(([name, value = '']) => [name, String(value)])
  return { status: incoming.statusCode ?? 0, headers: Object.fromEntries(headers) }
}

function follow(incoming: IncomingMessage): OpenStream {
  const lines: string[] = []
  let rest = ''
  let ended = false
  let wake = () => {}
  const end = () => {
    if (rest !== '') lines.push(rest)
    rest = ''
    ended = true
    wake()
  }
  incoming.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
    wake()
  })
  incoming.on('end', end).on('error', end)
  const stream: OpenStream = {
    ...headOf(incoming),
    lines,
    get ended() {
      return ended
    },
    async until(enough, milliseconds) {
      const deadline = performance.now() + milliseconds
      while (!ended && !enough(stream) && performance.now() < deadline) {
        const { promise, resolve } = Promise.withResolvers<void>()
        const timer = setTimeout(resolve, Math.max(0, deadline - performance.now()))
        wake = resolve
        await promise
        clearTimeout(timer)
      }
    },
    close: () => incoming.destroy(),
  }
  return stream
}
