/**
 * The messages of etcd's API that the engine speaks (go.etcd.io/etcd/api/v3: etcdserverpb/rpc.proto, mvccpb/kv.proto), by the
 * numbers of their fields. Requests are written from their end to their beginning, as the writer wants it.
 */
import {
  closeField,
  extent,
  newWriter,
  partBytes,
  readBool,
  readerOf,
  readInt64,
  readPart,
  readTag,
  skipValue,
  type WireReader,
  type WireWriter,
  writeBytesField,
  writeNumberField,
  writeTextField,
  written,
} from '../../machinery/index.ts'

export interface RangeMessage {
  readonly key: string
  readonly end?: string
  readonly limit?: number
  /** The state at this revision; default: the latest. */
  readonly revision?: number
  /** The member that is asked answers by itself; its state may be older than that of others. */
  readonly serializable?: boolean
  readonly keysOnly?: boolean
  readonly countOnly?: boolean
}

/** `equal`: a key that is absent has the revision 0; under a range, no key may differ. */
export interface Compare {
  readonly target: 'create' | 'mod'
  readonly key: string
  readonly end?: string
  readonly equal: boolean
  readonly revision: number
}

export type RequestOp =
  | { readonly put: { readonly key: string; readonly value: Buffer } }
  | { readonly remove: { readonly key: string; readonly end?: string } }
  | { readonly range: RangeMessage }
  | { readonly txn: TxnMessage }

export interface TxnMessage {
  readonly compare: readonly Compare[]
  readonly success: readonly RequestOp[]
  readonly failure: readonly RequestOp[]
}

export interface KeyValue {
  readonly key: string
  readonly createRevision: number
  readonly modRevision: number
  readonly value: Buffer
}

export interface RangeAnswer {
  /** Of the store, not of the rows. */
  readonly revision: number
  readonly kvs: readonly KeyValue[]
  readonly more: boolean
  readonly count: number
}

export interface TxnAnswer {
  readonly revision: number
  readonly succeeded: boolean
  /** Answers to ranges, in their order; those to other operations are empty. */
  readonly ranges: readonly RangeAnswer[]
}

export interface WatchEvent {
  readonly kv: KeyValue
  readonly deleted: boolean
  readonly previous: KeyValue | undefined
}

export interface WatchAnswer {
  readonly revision: number
  readonly created: boolean
  readonly canceled: boolean
  /** Above 0: what was asked for has been compacted, and this is the oldest that is left. */
  readonly compactRevision: number
  readonly cancelReason: string
  /** The rest of it comes with the next answer. */
  readonly fragment: boolean
  readonly events: readonly WatchEvent[]
}

export function encodeRange(message: RangeMessage): Buffer {
  return encoded((writer) => writeRange(writer, message))
}

export function encodeTxn(message: TxnMessage): Buffer {
  return encoded((writer) => writeTxn(writer, message))
}

/** A compaction that does not wait until the space is free. */
export function encodeCompaction(revision: number): Buffer {
  return encoded((writer) => writeNumberField(writer, 1, revision))
}

export function encodeWatchCreate(key: string, end: string, startRevision: number): Buffer {
  return encoded((writer) => {
    const before = extent(writer)
    writeNumberField(writer, 8, 1)
    writeNumberField(writer, 6, 1)
    writeNumberField(writer, 4, 1)
    writeNumberField(writer, 3, startRevision)
    writeTextField(writer, 2, end)
    writeTextField(writer, 1, key)
    closeField(writer, 1, before)
  })
}

function encoded(write: (writer: WireWriter) => void): Buffer {
  const writer = newWriter()
  write(writer)
  return written(writer)
}

function writeRange(writer: WireWriter, message: RangeMessage): void {
  const { key, end, limit = 0, revision = 0, serializable, keysOnly, countOnly } = message
  if (countOnly) writeNumberField(writer, 9, 1)
  if (keysOnly) writeNumberField(writer, 8, 1)
  if (serializable) writeNumberField(writer, 7, 1)
  if (revision > 0) writeNumberField(writer, 4, revision)
  if (limit > 0) writeNumberField(writer, 3, limit)
  if (end !== undefined) writeTextField(writer, 2, end)
  writeTextField(writer, 1, key)
}

function writeTxn(writer: WireWriter, { compare, success, failure }: TxnMessage): void {
  for (const op of failure.toReversed()) writeOp(writer, 3, op)
  for (const op of success.toReversed()) writeOp(writer, 2, op)
  for (const one of compare.toReversed()) writeCompare(writer, one)
}

const EQUAL = 0
const NOT_EQUAL = 3
const TARGETS = { create: 1, mod: 2 }
/** The field of the oneof in which the revision stands. */
const OPERANDS = { create: 5, mod: 6 }

function writeCompare(writer: WireWriter, { target, key, end, equal, revision }: Compare): void {
  const before = extent(writer)
  if (end !== undefined) writeTextField(writer, 64, end)
  writeNumberField(writer, OPERANDS[target], revision)
  writeTextField(writer, 3, key)
  writeNumberField(writer, 2, TARGETS[target])
  writeNumberField(writer, 1, equal ? EQUAL : NOT_EQUAL)
  closeField(writer, 1, before)
}

function writeOp(writer: WireWriter, field: number, op: RequestOp): void {
  const outer = extent(writer)
  if ('put' in op) {
    writeBytesField(writer, 2, op.put.value)
    writeTextField(writer, 1, op.put.key)
    closeField(writer, 2, outer)
  } else if ('remove' in op) {
    if (op.remove.end !== undefined) writeTextField(writer, 2, op.remove.end)
    writeTextField(writer, 1, op.remove.key)
    closeField(writer, 3, outer)
  } else if ('range' in op) {
    writeRange(writer, op.range)
    closeField(writer, 1, outer)
  } else {
    writeTxn(writer, op.txn)
    closeField(writer, 4, outer)
  }
  closeField(writer, field, outer)
}

/** Calls back with each field; what is not read is passed over. */
function eachField(reader: WireReader, read: (number: number) => boolean): void {
  while (reader.position < reader.end) {
    const { number, wireType } = readTag(reader, 'etcd')
    if (!read(number)) skipValue(reader, wireType)
  }
}

function readHeader(reader: WireReader): number {
  let revision = 0
  eachField(reader, (number) => {
    if (number !== 3) return false
    revision = readInt64(reader)
    return true
  })
  return revision
}

function readKeyValue(reader: WireReader): KeyValue {
  let [key, createRevision, modRevision, value] = ['', 0, 0, Buffer.alloc(0)]
  eachField(reader, (number) => {
    if (number === 1) key = partBytes(readPart(reader)).toString('latin1')
    else if (number === 2) createRevision = readInt64(reader)
    else if (number === 3) modRevision = readInt64(reader)
    else if (number === 5) value = partBytes(readPart(reader)) as typeof value
    else return false
    return true
  })
  return { key, createRevision, modRevision, value }
}

export function decodeRange(bytes: Buffer): RangeAnswer {
  return readRange(readerOf(bytes))
}

function readRange(reader: WireReader): RangeAnswer {
  const kvs: KeyValue[] = []
  let [revision, more, count] = [0, false, 0]
  eachField(reader, (number) => {
    if (number === 1) revision = readHeader(readPart(reader))
    else if (number === 2) kvs.push(readKeyValue(readPart(reader)))
    else if (number === 3) more = readBool(reader)
    else if (number === 4) count = readInt64(reader)
    else return false
    return true
  })
  return { revision, kvs, more, count }
}

/** The size of a member's file, and what of it is used. */
export interface StatusAnswer {
  readonly bytes: number
  readonly freeBytes: number
}

export function decodeStatus(bytes: Buffer): StatusAnswer {
  const reader = readerOf(bytes)
  let [size, used] = [0, 0]
  eachField(reader, (number) => {
    if (number === 3) size = readInt64(reader)
    else if (number === 9) used = readInt64(reader)
    else return false
    return true
  })
  return { bytes: size, freeBytes: size - used }
}

export function decodeTxn(bytes: Buffer): TxnAnswer {
  const reader = readerOf(bytes)
  const ranges: RangeAnswer[] = []
  let [revision, succeeded] = [0, false]
  eachField(reader, (number) => {
    if (number === 1) revision = readHeader(readPart(reader))
    else if (number === 2) succeeded = readBool(reader)
    else if (number === 3) {
      const op = readPart(reader)
      eachField(op, (kind) => {
        if (kind !== 1) return false
        ranges.push(readRange(readPart(op)))
        return true
      })
    } else return false
    return true
  })
  return { revision, succeeded, ranges }
}

export function decodeWatch(bytes: Buffer): WatchAnswer {
  const reader = readerOf(bytes)
  const events: WatchEvent[] = []
  let [revision, created, canceled, compactRevision, cancelReason, fragment] = [0, false, false, 0, '', false]
  eachField(reader, (number) => {
    if (number === 1) revision = readHeader(readPart(reader))
    else if (number === 3) created = readBool(reader)
    else if (number === 4) canceled = readBool(reader)
    else if (number === 5) compactRevision = readInt64(reader)
    else if (number === 6) cancelReason = partBytes(readPart(reader)).toString()
    else if (number === 7) fragment = readBool(reader)
    else if (number === 11) events.push(readEvent(readPart(reader)))
    else return false
    return true
  })
  return { revision, created, canceled, compactRevision, cancelReason, fragment, events }
}

function readEvent(reader: WireReader): WatchEvent {
  let deleted = false
  let kv: KeyValue = { key: '', createRevision: 0, modRevision: 0, value: Buffer.alloc(0) }
  let previous: KeyValue | undefined
  eachField(reader, (number) => {
    if (number === 1) deleted = readInt64(reader) === 1
    else if (number === 2) kv = readKeyValue(readPart(reader))
    else if (number === 3) previous = readKeyValue(readPart(reader))
    else return false
    return true
  })
  return { kv, deleted, previous }
}
