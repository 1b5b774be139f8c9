/** Answers that stay open, whatever carries them: one line for each event, protobuf as what it holds. */

import type { IncomingMessage } from 'node:http'
import type { ClientHttp2Session } from 'node:http2'
import type { RequestOptions } from 'node:https'
import type { Readable } from 'node:stream'
import { decodeWatchEvent, PROTOBUF } from './protobuf.ts'

export type Transport = 'http/1.1' | 'http/2' | 'websocket'

export interface Head {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** An open answer whose lines arrive one after the other. */
export interface OpenStream extends Head {
  /** Lines so far. */
  readonly lines: readonly string[]
  readonly ended: boolean
  /** Resolves when `enough` holds, the stream has ended, or the time is over. */
  until(enough: (stream: OpenStream) => boolean, milliseconds: number): Promise<void>
  /** To the server, where that can be: a frame of a WebSocket. */
  say(opcode: number, payload: Buffer): void
  /** Reads no more until `resume`. */
  pause(): void
  resume(): void
  close(): void
}

export function headOf(incoming: IncomingMessage): Head {
  const headers = Object.entries(incoming.headers).map(([name, value = '']) => [name, String(value)])
  return { status: incoming.statusCode ?? 0, headers: Object.fromEntries(headers) }
}

/** Takes whole events from the beginning of what has come; answers with how many bytes it took. */
export type Framing = (bytes: Buffer, take: (line: string) => void) => number

const lineByLine: Framing = (bytes, take) => {
  let at = 0
  for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, at)) {
    take(bytes.subarray(at, end).toString('utf8'))
    at = end + 1
  }
  return at
}

const frameByFrame: Framing = (bytes, take) => {
  let at = 0
  while (bytes.length - at >= 4) {
    const end = at + 4 + bytes.readUInt32BE(at)
    if (end > bytes.length) break
    take(JSON.stringify(decodeWatchEvent(bytes.subarray(at + 4, end))))
    at = end
  }
  return at
}

export interface Following {
  readonly framing?: Framing
  readonly say?: OpenStream['say']
  /** What has come before. */
  readonly begun?: Buffer
}

export function follow(
  incoming: Readable,
  head: Head,
  {
    framing = head.headers['content-type'] === `${PROTOBUF};stream=watch` ? frameByFrame : lineByLine,
    say = () => {
      throw new Error('only a WebSocket takes anything')
    },
    begun = Buffer.alloc(0),
  }: Following = {},
): OpenStream {
  const lines: string[] = []
  let pieces: Buffer[] = []
  let ended = false
  let wake = () => {}
  const take = (line: string) => lines.push(line)
  const end = () => {
    const rest = Buffer.concat(pieces).toString('utf8')
    if (rest !== '') lines.push(rest)
    pieces = []
    ended = true
    wake()
  }
  const receive = (chunk: Buffer) => {
    const bytes = pieces.length === 0 ? chunk : Buffer.concat([...pieces, chunk])
    const rest = bytes.subarray(framing(bytes, take))
    pieces = rest.length === 0 ? [] : [rest]
    wake()
  }
  if (begun.length > 0) receive(begun)
  incoming.on('data', receive).on('end', end).on('error', end).on('close', end)
  const stream: OpenStream = {
    ...head,
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
    say,
    pause: () => incoming.pause(),
    resume: () => incoming.resume(),
    close: () => incoming.destroy(),
  }
  return stream
}

/** One stream of a session that many share. */
export async function openHttp2(
  session: ClientHttp2Session,
  { method = 'GET', path, headers = {} }: RequestOptions,
): Promise<OpenStream> {
  const { promise, resolve, reject } = Promise.withResolvers<OpenStream>()
  const stream = session.request({ ':method': method, ':path': path ?? '/', ...(headers as Record<string, string>) })
  stream.on('error', reject).on('response', ({ ':status': status = 0, ...rest }) => {
    const named = Object.entries(rest).map(([name, value = '']) => [name, String(value)])
    resolve(follow(stream, { status, headers: Object.fromEntries(named) }))
  })
  stream.end()
  return await promise
}
