/**
 * Request bodies in Kubernetes protobuf, which Go clients send for all built-in kinds (JSON for custom ones): four bytes of
 * magic, then runtime.Unknown with the kind and the object's own message. The result is what Go would print as JSON.
 */
import { type Json, type JsonObject, type KubeObject, parseApiVersion } from '../../object.ts'
import type { Result } from '../../result.ts'
import { type FieldValue, readEntry, readFields } from './fields.ts'
import { JSON_FORMS } from './json-forms.ts'
import type { FieldType, MessageField, MessageTable } from './message-table.ts'
import { messageNamed, messageOf } from './registry.ts'
import { ProtobufError, partBytes, readerOf, type WireReader } from './wire-reader.ts'

const MAGIC = Buffer.from('k8s\0')

/** Messages within messages; only JSONSchemaProps can contain itself. */
const MAX_DEPTH = 500

export type DecodedProtobuf =
  | { readonly ok: true; readonly value: KubeObject }
  /** `of`: what it claims to be, where that could be read. */
  | { readonly ok: false; readonly error: string; readonly of?: TypeMeta }

export interface TypeMeta {
  readonly apiVersion: string
  readonly kind: string
}

/**
 * Decodes the body of a request, of content type `application/vnd.kubernetes.protobuf`
 * (apimachinery/pkg/runtime/serializer/protobuf).
 *
 * @param expected what it is where it does not say so.
 * @returns the object, or why the body is none.
 */
export function decodeProtobuf(body: Buffer, expected: TypeMeta): DecodedProtobuf {
  if (body.length === 0) return { ok: false, error: 'empty data' }
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) {
    const error = 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]'
    return { ok: false, error }
  }
  if (body.length === MAGIC.length) return { ok: false, error: 'empty body' }
  const envelope = attempt(() => {
    const fields = readFields(readerOf(body, MAGIC.length), messageNamed('runtime.Unknown'))
    const typeMeta = whole(fields.get(1) ?? [])
    return { typeMeta: decodeValue('runtime.TypeMeta', typeMeta, 0), raw: fields.get(2)?.at(-1) }
  })
  if (!envelope.ok) return envelope
  const of = typeMetaOf(envelope.value.typeMeta, expected)
  const { group = '', version = '' } = parseApiVersion(of.apiVersion) ?? {}
  const table = messageOf(group, version, of.kind)
  if (table === undefined) {
    const error = `no kind "${of.kind}" is registered for version "${of.apiVersion}" in scheme "pkg/runtime/scheme.go:111"`
    return { ok: false, error, of }
  }
  const { raw } = envelope.value
  const object = attempt(() => decodeMessage(readerOf(Buffer.isBuffer(raw) ? raw : Buffer.alloc(0)), table, 0))
  if (!object.ok) return { ...object, of }
  return { ok: true, value: { ...of, ...object.value } as KubeObject }
}

function attempt<Value>(decode: () => Value): Result<Value> {
  try {
    return { ok: true, value: decode() }
  } catch (error) {
    if (error instanceof ProtobufError) return { ok: false, error: error.message }
    throw error
  }
}

/** What cannot be read as a group and version counts as none (schema.FromAPIVersionAndKind). */
function typeMetaOf({ apiVersion, kind }: JsonObject, expected: TypeMeta): TypeMeta {
  const isVersion = typeof apiVersion === 'string' && apiVersion !== '' && parseApiVersion(apiVersion) !== undefined
  return {
    apiVersion: isVersion ? apiVersion : expected.apiVersion,
    kind: typeof kind === 'string' && kind !== '' ? kind : expected.kind,
  }
}

/** A message that is sent in parts is what all of them say: Go's decoders read each into the same struct. */
function whole(values: readonly FieldValue[]): FieldValue | undefined {
  const parts = values.filter((value): value is WireReader => typeof value === 'object' && !Buffer.isBuffer(value))
  if (parts.length < 2 || parts.length < values.length) return values.at(-1)
  return readerOf(Buffer.concat(parts.map(partBytes)))
}

function decodeMessage(reader: WireReader, table: MessageTable, depth: number): JsonObject {
  if (depth > MAX_DEPTH) throw new ProtobufError(`messages are nested deeper than ${MAX_DEPTH}`)
  const fields = readFields(reader, table)
  const object: JsonObject = {}
  for (const field of table.fields) {
    const values = fields.get(field.number) ?? []
    if (field.rule === 'inline') Object.assign(object, decodeValue(field.type, whole(values), depth))
    else {
      const value = decodeField(field, values, depth)
      if (value !== undefined) object[field.name] = value
    }
  }
  return object
}

/** The field's value in JSON, or undefined where encoding/json leaves it out. */
function decodeField(field: MessageField, values: readonly FieldValue[], depth: number): Json | undefined {
  const { rule, presence, type } = field
  if (values.length === 0) {
    if (presence === 'nullable') return null
    if (presence !== 'always') return undefined
    return rule === 'one' && type !== 'bytes' ? decodeValue(type, undefined, depth) : null
  }
  if (rule === 'list') return values.map((value) => decodeValue(type, value, depth))
  if (rule === 'map') return decodeMap(type, values, depth)
  const value = decodeValue(type, JSON_FORMS[type] === undefined ? whole(values) : values.at(-1), depth)
  const isEmpty = value === '' || value === 0 || value === false
  if (presence === 'omitempty' && isEmpty) return undefined
  return presence === 'omitzero' && isZero(value) ? undefined : value
}

function isZero(value: Json): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0)
}

function decodeMap(type: FieldType, entries: readonly FieldValue[], depth: number): JsonObject {
  const decoded = entries.map((entry) => {
    const { key, value } = readEntry(entry, type)
    return [key, decodeValue(type, value, depth)] as const
  })
  return Object.fromEntries(decoded)
}

/** Undefined is the zero value: an empty message, or a scalar that was not sent. */
function decodeValue(type: 'runtime.TypeMeta', value: FieldValue | undefined, depth: number): JsonObject
function decodeValue(type: FieldType, value: FieldValue | undefined, depth: number): Json
function decodeValue(type: FieldType, value: FieldValue | undefined, depth: number): Json {
  switch (type) {
    case 'string':
      return String(value ?? '')
    case 'bool':
      return value === true
    case 'bytes':
      return Buffer.isBuffer(value) ? value.toString('base64') : ''
    case 'int32':
    case 'int64':
    case 'double':
      return finite(Number(value ?? 0))
    default: {
      const table = messageNamed(type)
      const reader = (value as WireReader | undefined) ?? readerOf(Buffer.alloc(0))
      const form = JSON_FORMS[type]
      if (form === undefined) return decodeMessage(reader, table, depth + 1)
      return form(readFields(reader, table), (inner, part) => decodeValue(inner, part, depth + 1))
    }
  }
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value
  throw new ProtobufError(`json: unsupported value: ${value}`)
}
