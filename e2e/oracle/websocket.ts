/** A client of RFC 6455 that shows each frame as it is: what a library would put together is what is compared. */
import { type RequestOptions, request } from 'node:https'
import type { Duplex } from 'node:stream'
import type { Json } from './case.ts'
import { decodeEnvelope, decodeWatchEvent } from './protobuf.ts'
import { type Framing, follow, headOf, type OpenStream } from './streams.ts'

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const [TEXT, BINARY, CLOSE, PING, PONG] = [1, 2, 8, 9, 10]
const NAMES: Readonly<Record<number, string>> = { 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong' }
/** Any will do: it keeps proxies from being led astray. */
const MASK = Buffer.from([0x12, 0x34, 0x56, 0x78])

export async function openWebSocket(options: RequestOptions): Promise<OpenStream> {
  const { promise, resolve, reject } = Promise.withResolvers<OpenStream>()
  const handshake = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    origin: 'http://localhost',
    'sec-websocket-version': '13',
    'sec-websocket-key': KEY,
  }
  const outgoing = request({
    ...options,
    agent: false,
    headers: { ...handshake, ...(options.headers as Record<string, string>) },
  })
  outgoing.on('error', reject)
  outgoing.on('response', (incoming) => resolve(follow(incoming, headOf(incoming))))
  outgoing.on('upgrade', (incoming, socket: Duplex, begun) => {
    const say = (opcode: number, payload: Buffer) => socket.write(masked(opcode, payload))
    resolve(follow(socket, headOf(incoming), { framing, say, begun }))
  })
  outgoing.end()
  return await promise
}

function masked(opcode: number, payload: Buffer): Buffer {
  const hidden = payload.map((byte, index) => byte ^ (MASK[index % 4] ?? 0))
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length]), MASK, hidden])
}

const framing: Framing = (bytes, take) => {
  let at = 0
  for (;;) {
    const [first = 0, second = 0] = bytes.subarray(at)
    const long = { 126: 2, 127: 8 }[second & 0x7f] ?? 0
    if (bytes.length - at < 2 + long) return at
    const start = at + 2 + long
    const length =
      long === 8 ? Number(bytes.readBigUInt64BE(at + 2)) : long === 2 ? bytes.readUInt16BE(at + 2) : second & 0x7f
    if (bytes.length < start + length) return at
    take(JSON.stringify(shown(first, (second & 0x80) !== 0, bytes.subarray(start, start + length))))
    at = start + length
  }
}

function shown(first: number, isMasked: boolean, payload: Buffer): Json {
  const opcode = first & 0x0f
  const name = `${NAMES[opcode] ?? opcode}${(first & 0xf0) === 0x80 ? '' : ' not alone'}${isMasked ? ' masked' : ''}`
  return { [name]: payloadOf(opcode, payload) }
}

function payloadOf(opcode: number, payload: Buffer): Json {
  if (opcode === CLOSE) return payload.length < 2 ? null : [payload.readUInt16BE(), payload.subarray(2).toString()]
  if (opcode === PING || opcode === PONG) return payload.toString()
  if (opcode === BINARY)
    return payload.subarray(0, 4).toString() === 'k8s\0' ? decodeEnvelope(payload) : binary(payload)
  const text = payload.toString()
  return opcode === TEXT && text.startsWith('{') ? { json: JSON.parse(text), newline: text.endsWith('\n') } : text
}

function binary(payload: Buffer): Json {
  try {
    return decodeWatchEvent(payload)
  } catch (error) {
    return { hex: payload.toString('hex'), why: String(error) }
  }
}
