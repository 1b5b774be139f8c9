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
import { ProtobufError, readerOf, type WireReader } from './wire-reader.ts'

const MAGIC = Buffer.from('k8s\0')

/** Messages within messages; only JSONSchemaProps can contain itself. */
const MAX_DEPTH = 500

/**
 * Decodes the body of a request, of content type `application/vnd.kubernetes.protobuf`.
 *
 * @returns the object, or why the body is none.
 */
export function decodeProtobuf(body: Buffer): Result<KubeObject> {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) {
    const error = 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]'
    return { ok: false, error }
  }
  try {
    return decodeEnvelope(readerOf(body, MAGIC.length))
  } catch (error) {
    if (error instanceof ProtobufError) return { ok: false, error: error.message }
    throw error
  }
}

function decodeEnvelope(reader: WireReader): Result<KubeObject> {
  const envelope = readFields(reader, messageNamed('runtime.Unknown'))
  const typeMeta = envelope.get(1)?.at(-1)
  const { apiVersion = '', kind = '' } = typeMeta === undefined ? {} : decodeValue('runtime.TypeMeta', typeMeta, 0)
  if (typeof kind !== 'string' || kind === '') return { ok: false, error: "Object 'Kind' is missing" }
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    return { ok: false, error: "Object 'apiVersion' is missing" }
  }
  const groupVersion = parseApiVersion(apiVersion)
  const table = groupVersion && messageOf(groupVersion.group, groupVersion.version, kind)
  if (table === undefined) return { ok: false, error: `no kind "${kind}" is registered for version "${apiVersion}"` }
  const raw = envelope.get(2)?.at(-1)
  const object = decodeMessage(readerOf(Buffer.isBuffer(raw) ? raw : Buffer.alloc(0)), table, 0)
  return { ok: true, value: { apiVersion, kind, ...object } as KubeObject }
}

function decodeMessage(reader: WireReader, table: MessageTable, depth: number): JsonObject {
  if (depth > MAX_DEPTH) throw new ProtobufError(`messages are nested deeper than ${MAX_DEPTH}`)
  const fields = readFields(reader, table)
  const object: JsonObject = {}
  for (const field of table.fields) {
    const values = fields.get(field.number) ?? []
    if (field.rule === 'inline') Object.assign(object, decodeValue(field.type, values.at(-1), depth))
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
  const value = decodeValue(type, values.at(-1), depth)
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
