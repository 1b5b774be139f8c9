/**
 * Kubernetes protobuf as something that can be compared: field by field, by the names that JSON has for them, with nothing
 * filled in, left out or printed otherwise than it came; fields without a name go by their number (`#15`).
 */
import {
  encodeProtobuf,
  type JsonObject,
  type MessageTable,
  messageNamed,
  messageOf,
  parseApiVersion,
} from '../../src/machinery/index.ts'
import type { Fields, Json } from './case.ts'

export const PROTOBUF = 'application/vnd.kubernetes.protobuf'

const MAGIC = Buffer.from('k8s\0')
const TIMES = new Set(['meta/v1.Time', 'meta/v1.MicroTime'])

/** An object in its envelope; what is none comes back as its bytes. */
export function decodeEnvelope(bytes: Buffer): Json {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return { hex: bytes.toString('hex') }
  const { '#1': typeMetas = [], '#2': raws = [], ...rest } = numbered(bytes.subarray(MAGIC.length))
  const more = Object.fromEntries(Object.entries(rest).map(([name, values]) => [name, values.map(shown)]))
  const [typeMeta, raw] = [typeMetas.map(asBytes), raws.map(asBytes)].map((parts) => Buffer.concat(parts))
  if (typeMeta === undefined || raw === undefined || raws.length > 1) throw new Error('an odd envelope')
  const named = decodeFields(typeMeta, messageNamed('runtime.TypeMeta'))
  const { group = '', version = '' } = parseApiVersion(String(named.apiVersion)) ?? {}
  const table = messageOf(group, group === 'meta.k8s.io' ? 'v1' : version, String(named.kind))
  const object = table === undefined ? { hex: raw.toString('hex') } : decodeFields(raw, table)
  return { ...more, ...named, ...object }
}

/** A built-in kind in its envelope. */
export function encodeObject(object: Fields): Buffer {
  const { group = '', version = '' } = parseApiVersion(String(object.apiVersion)) ?? {}
  const table = messageOf(group, version, String(object.kind))
  if (table === undefined) throw new Error(`no message of ${object.apiVersion} ${object.kind}`)
  return encodeProtobuf(table, object as JsonObject)
}

/** What a frame of a watch holds, without the length that precedes it. */
export function decodeWatchEvent(bytes: Buffer): Json {
  const { '#1': type = [], '#2': object = [], ...rest } = numbered(bytes)
  const [extension] = object
  const raw = extension === undefined ? undefined : numbered(asBytes(extension))['#1']?.[0]
  return {
    type: type.map((each) => asBytes(each).toString('utf8')).join(),
    ...(raw !== undefined && { object: decodeEnvelope(asBytes(raw)) }),
    ...Object.fromEntries(Object.entries(rest).map(([name, values]) => [name, values.map(shown)])),
  }
}

/** One field: a varint, or the bytes of any other wire type. */
type Wire = bigint | Buffer

const shown = (value: Wire): Json => (Buffer.isBuffer(value) ? { hex: value.toString('hex') } : String(value))
const asBytes = (value: Wire): Buffer => (Buffer.isBuffer(value) ? value : Buffer.from(String(value)))

function numbered(bytes: Buffer): Record<string, Wire[]> {
  const fields: Record<string, Wire[]> = {}
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('the message ends inside a number')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
  }
  const take = (length: number): Buffer => {
    at += length
    if (at > bytes.length) throw new Error('the message ends inside a field')
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.length) {
    const tag = Number(varint())
    const wireType = tag & 7
    const key = `#${tag >>> 3}`
    const values = fields[key] ?? []
    fields[key] = values
    if (wireType === 0) values.push(varint())
    else if (wireType === 1) values.push(take(8))
    else if (wireType === 2) values.push(take(Number(varint())))
    else if (wireType === 5) values.push(take(4))
    else throw new Error(`the message has a field of wire type ${wireType}`)
  }
  return fields
}

function decodeFields(bytes: Buffer, table: MessageTable): Fields {
  const fields: Fields = {}
  for (const [key, values] of Object.entries(numbered(bytes))) {
    const field = table.fields.find(({ number }) => `#${number}` === key)
    const name = field === undefined || field.name === '' ? key : field.name
    if (field === undefined) fields[name] = values.map(shown)
    else if (field.rule === 'map') fields[name] = Object.fromEntries(values.map((entry) => entryOf(entry, field.type)))
    else {
      const decoded = values.map((value) => contentOf(value, field.type))
      fields[name] = field.rule === 'list' || decoded.length > 1 ? decoded : (decoded[0] as Json)
    }
  }
  return fields
}

function entryOf(entry: Wire, type: string): [string, Json] {
  const { '#1': keys = [], '#2': values = [], ...rest } = numbered(asBytes(entry))
  if (keys.length !== 1 || values.length > 1 || Object.keys(rest).length > 0) throw new Error('an odd entry of a map')
  const [value] = values
  return [asBytes(keys[0] as Wire).toString('utf8'), value === undefined ? null : contentOf(value, type)]
}

function contentOf(value: Wire, type: string): Json {
  if (typeof value === 'bigint') return type === 'bool' ? value !== 0n : Number(BigInt.asIntN(64, value))
  if (type === 'string') return value.toString('utf8')
  if (type === 'bytes') return bytesOf(value)
  if (type === 'double') return value.readDoubleLE()
  const fields = decodeFields(value, messageNamed(type))
  return TIMES.has(type) ? timeOf(fields) : fields
}

/** Owned fields and raw JSON are texts. */
function bytesOf(value: Buffer): Json {
  const text = value.toString('utf8')
  if (/^[{["]|^(?:true|false|null|-?\d+)$/.test(text)) {
    try {
      return JSON.parse(text)
    } catch {
      // Bytes that only begin like JSON.
    }
  }
  return value.toString('base64')
}

/** As a text, so that the times of now have no part in a comparison. */
function timeOf(fields: Fields): Json {
  const { seconds, nanos, ...rest } = fields
  if (typeof seconds !== 'number' || Object.keys(rest).length > 0) return fields
  const text = new Date(seconds * 1000).toISOString().slice(0, 19)
  return nanos === undefined ? `${text}Z` : `${text}.${String(nanos).padStart(9, '0')}Z`
}
