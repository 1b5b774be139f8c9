/** Frames of RFC 6455, as a server that only sends needs them. */
import type { Duplex } from 'node:stream'

const OPCODES = { text: 0x1, binary: 0x2, close: 0x8, pong: 0xa } as const
const PING = 0x9
const NORMAL = 1000
/** Clients have nothing to say but pings and their end: more than this is no such thing. */
const MOST_RECEIVED = 64 * 1024

export function frame(opcode: keyof typeof OPCODES, payload: Buffer): Buffer {
  const { length } = payload
  const head = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10)
  head[0] = 0x80 | OPCODES[opcode]
  if (head.length === 2) head[1] = length
  else if (head.length === 4) {
    head[1] = 126
    head.writeUInt16BE(length, 2)
  } else {
    head[1] = 127
    head.writeBigUInt64BE(BigInt(length), 2)
  }
  return Buffer.concat([head, payload])
}

export function closeFrame(): Buffer {
  const reason = Buffer.alloc(2)
  reason.writeUInt16BE(NORMAL)
  return frame('close', reason)
}

/** The events of a piece of a watch: lines of JSON, or messages of protobuf without the length that precedes each. */
export function* eventsIn(piece: Buffer, isText: boolean): Generator<Buffer> {
  let at = 0
  while (at < piece.length) {
    if (isText) {
      const end = piece.indexOf(0x0a, at)
      const next = end === -1 ? piece.length : end + 1
      yield piece.subarray(at, next)
      at = next
    } else {
      const length = piece.readUInt32BE(at)
      yield piece.subarray(at + 4, at + 4 + length)
      at += 4 + length
    }
  }
}

export interface FrameHandlers {
  readonly pong: (payload: Buffer) => void
  /** The client has closed, or does not speak the protocol. */
  readonly closed: () => void
}

/** Answers pings and sees the end; whatever else a client sends is passed over. */
export function readFrames(socket: Duplex, { pong, closed }: FrameHandlers): void {
  let pending: Buffer = Buffer.alloc(0)
  socket.on('data', (data: Buffer) => {
    pending = pending.length === 0 ? data : Buffer.concat([pending, data])
    for (;;) {
      const read = readFrame(pending)
      if (read === undefined) break
      if (read === 'wrong' || read.opcode === OPCODES.close) {
        closed()
        return
      }
      if (read.opcode === PING) pong(read.payload)
      pending = pending.subarray(read.size)
    }
  })
}

type Frame = { readonly opcode: number; readonly payload: Buffer; readonly size: number }

/** Undefined: not there yet. */
function readFrame(bytes: Buffer): Frame | 'wrong' | undefined {
  if (bytes.length < 2) return undefined
  const [first = 0, second = 0] = bytes
  // Whatever a client sends is masked.
  if ((second & 0x80) === 0 || (second & 0x7f) === 127) return 'wrong'
  const isLong = (second & 0x7f) === 126
  if (isLong && bytes.length < 4) return undefined
  const length = isLong ? bytes.readUInt16BE(2) : second & 0x7f
  if (length > MOST_RECEIVED) return 'wrong'
  const start = (isLong ? 4 : 2) + 4
  if (bytes.length < start + length) return undefined
  const mask = bytes.subarray(start - 4, start)
  const payload = Buffer.from(bytes.subarray(start, start + length))
  for (let index = 0; index < length; index++) payload[index] = (payload[index] ?? 0) ^ (mask[index % 4] ?? 0)
  return { opcode: first & 0x0f, payload, size: start + length }
}
