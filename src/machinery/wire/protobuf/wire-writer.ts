/**
 * Writes protobuf from its end to its beginning, as gogo's generated code does: the length of a message is known once it is
 * written, so nothing is measured beforehand. https://protobuf.dev/programming-guides/encoding/
 */
import { FIXED64, LENGTH_DELIMITED, VARINT } from './wire-reader.ts'

/** What is written stands from `position` to the end of `bytes`. */
export interface WireWriter {
  bytes: Buffer
  position: number
}

const FIRST_SIZE = 4096

export function newWriter(): WireWriter {
  return { bytes: Buffer.allocUnsafe(FIRST_SIZE), position: FIRST_SIZE }
}

/** Valid until the writer is used again. */
export function written({ bytes, position }: WireWriter): Buffer {
  return bytes.subarray(position)
}

/** How many bytes are written so far: the difference of two such is a length. */
export function extent({ bytes, position }: WireWriter): number {
  return bytes.length - position
}

function room(writer: WireWriter, length: number): void {
  if (writer.position >= length) return
  const { bytes, position } = writer
  const used = bytes.length - position
  const larger = Buffer.allocUnsafe(Math.max(bytes.length * 2, used + length + FIRST_SIZE))
  bytes.copy(larger, larger.length - used, position)
  writer.bytes = larger
  writer.position = larger.length - used
}

/** A whole number; those below zero are ten bytes long, as 64 bits in two's complement. */
export function writeVarint(writer: WireWriter, value: number): void {
  room(writer, 10)
  if (value >= 0 && value < 0x80) {
    writer.bytes[--writer.position] = value
    return
  }
  const digits: number[] = []
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)))
  while (rest >= 0x80n) {
    digits.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  digits.push(Number(rest))
  writer.position -= digits.length
  for (const [index, digit] of digits.entries()) writer.bytes[writer.position + index] = digit
}

function writeLength(writer: WireWriter, length: number): void {
  room(writer, 5)
  if (length < 0x80) {
    writer.bytes[--writer.position] = length
    return
  }
  let size = 1
  for (let rest = length; rest >= 0x80; rest >>>= 7) size++
  writer.position -= size
  let at = writer.position
  let rest = length
  for (; rest >= 0x80; rest >>>= 7) writer.bytes[at++] = (rest & 0x7f) | 0x80
  writer.bytes[at] = rest
}

function writeTag(writer: WireWriter, number: number, wireType: number): void {
  writeLength(writer, (number << 3) | wireType)
}

export function writeNumberField(writer: WireWriter, number: number, value: number): void {
  writeVarint(writer, value)
  writeTag(writer, number, VARINT)
}

export function writeDoubleField(writer: WireWriter, number: number, value: number): void {
  room(writer, 8)
  writer.position -= 8
  writer.bytes.writeDoubleLE(value, writer.position)
  writeTag(writer, number, FIXED64)
}

export function writeTextField(writer: WireWriter, number: number, text: string): void {
  // No character has more than three bytes a UTF-16 unit.
  const most = text.length * 3
  room(writer, most)
  const length = most < 384 ? shortText(writer, text) : longText(writer, text)
  writeLength(writer, length)
  writeTag(writer, number, LENGTH_DELIMITED)
}

function shortText(writer: WireWriter, text: string): number {
  const { length } = text
  const start = writer.position - length
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) return longText(writer, text)
    writer.bytes[start + index] = code
  }
  writer.position = start
  return length
}

function longText(writer: WireWriter, text: string): number {
  const length = Buffer.byteLength(text)
  writer.position -= length
  writer.bytes.write(text, writer.position, 'utf8')
  return length
}

export function writeBytesField(writer: WireWriter, number: number, bytes: Buffer): void {
  room(writer, bytes.length)
  writer.position -= bytes.length
  bytes.copy(writer.bytes, writer.position)
  writeLength(writer, bytes.length)
  writeTag(writer, number, LENGTH_DELIMITED)
}

/** Closes a message: all that was written since `before`, an earlier extent, is its content. */
export function closeField(writer: WireWriter, number: number, before: number): void {
  writeLength(writer, extent(writer) - before)
  writeTag(writer, number, LENGTH_DELIMITED)
}
