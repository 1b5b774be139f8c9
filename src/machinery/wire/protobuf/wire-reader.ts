/** The encoding of protobuf (https://protobuf.dev/programming-guides/encoding/): tags, varints and lengths. */

/** The bytes are not what they claim to be. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError'
}

/** Reads forward from `position` up to `end`. */
export interface WireReader {
  readonly bytes: Buffer
  readonly end: number
  position: number
}

export const VARINT = 0
export const FIXED64 = 1
export const LENGTH_DELIMITED = 2
const GROUP_START = 3
const GROUP_END = 4
const FIXED32 = 5

export function readerOf(bytes: Buffer, start = 0, end = bytes.length): WireReader {
  return { bytes, end, position: start }
}

/** The 64 bits of a varint as two halves. */
function readVarint(reader: WireReader): { low: number; high: number } {
  let low = 0
  let high = 0
  for (let shift = 0; shift < 70; shift += 7) {
    if (reader.position >= reader.end) throw new ProtobufError('unexpected EOF')
    const byte = reader.bytes[reader.position++] ?? 0
    const bits = byte & 0x7f
    if (shift < 28) low |= bits << shift
    else if (shift === 28) {
      low |= bits << 28
      high |= bits >>> 4
    } else high |= bits << (shift - 32)
    if (byte < 0x80) return { low: low >>> 0, high: high >>> 0 }
  }
  throw new ProtobufError('proto: integer overflow')
}

/** @param message whose field it is: `core/v1.Secret`. */
export function readTag(reader: WireReader, message: string): { number: number; wireType: number } {
  const { low } = readVarint(reader)
  const number = low >>> 3
  const wireType = low & 7
  if (wireType !== GROUP_END && number !== 0) return { number, wireType }
  const struct = message.slice(message.lastIndexOf('.') + 1)
  if (wireType === GROUP_END) throw new ProtobufError(`proto: ${struct}: wiretype end group for non-group`)
  throw new ProtobufError(`proto: ${struct}: illegal tag ${number} (wire type ${wireType})`)
}

export function readBool(reader: WireReader): boolean {
  const { low, high } = readVarint(reader)
  return low !== 0 || high !== 0
}

export function readInt32(reader: WireReader): number {
  return readVarint(reader).low | 0
}

/** Integers beyond 2^53 lose their last digits, as in JSON.parse. */
export function readInt64(reader: WireReader): number {
  const { low, high } = readVarint(reader)
  return (high | 0) * 2 ** 32 + low
}

export function readDouble(reader: WireReader): number {
  const start = reader.position
  skip(reader, 8)
  return reader.bytes.readDoubleLE(start)
}

/** The part of the bytes that a length precedes. */
export function readPart(reader: WireReader): WireReader {
  const { low, high } = readVarint(reader)
  if (high !== 0) throw new ProtobufError('proto: negative length found during unmarshaling')
  const start = reader.position
  skip(reader, low)
  return readerOf(reader.bytes, start, reader.position)
}

export function partBytes(part: WireReader): Buffer {
  return part.bytes.subarray(part.position, part.end)
}

function skip(reader: WireReader, length: number): void {
  if (reader.position + length > reader.end) throw new ProtobufError('unexpected EOF')
  reader.position += length
}

/** Passes over a field that no table knows: a newer client's. */
export function skipValue(reader: WireReader, wireType: number): void {
  let depth = 0
  let next = wireType
  for (;;) {
    if (next === GROUP_START) depth += 1
    else if (next === GROUP_END) depth -= 1
    else skipPlain(reader, next)
    if (depth === 0) return
    next = readVarint(reader).low & 7
  }
}

function skipPlain(reader: WireReader, wireType: number): void {
  if (wireType === VARINT) readVarint(reader)
  else if (wireType === FIXED64) skip(reader, 8)
  else if (wireType === LENGTH_DELIMITED) readPart(reader)
  else if (wireType === FIXED32) skip(reader, 4)
  else throw new ProtobufError(`proto: illegal wireType ${wireType}`)
}
