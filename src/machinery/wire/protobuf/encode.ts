/**
 * Answers in Kubernetes protobuf: byte for byte what upstream's generated code makes of the same object. Fields stand in the
 * order of their numbers and maps in that of their keys; a field whose Go type is no pointer is written though it be zero.
 */
import type { Json, JsonObject } from '../../object.ts'
import { ENCODED_FORMS } from './encode-forms.ts'
import type { FieldType, MessageField, MessageTable } from './message-table.ts'
import { messageNamed } from './registry.ts'
import {
  closeField,
  extent,
  newWriter,
  type WireWriter,
  writeBytesField,
  writeDoubleField,
  writeNumberField,
  writeTextField,
  written,
} from './wire-writer.ts'

const MAGIC = Buffer.from('k8s\0')
const KEY = 1
const VALUE = 2

/**
 * What precedes the message in the body of an answer: four bytes of magic and the fields of runtime.Unknown before `raw`.
 *
 * @param length of the message in bytes.
 */
export function protobufHead(apiVersion: string, kind: string, length: number): Buffer {
  const writer = newWriter()
  closeLong(writer, 2, length)
  const start = extent(writer)
  writeTextField(writer, 2, kind)
  writeTextField(writer, 1, apiVersion)
  closeField(writer, 1, start)
  return Buffer.concat([MAGIC, written(writer)])
}

/** And what follows it: contentEncoding and contentType, both empty. */
export const PROTOBUF_TAIL = Buffer.from([0x1a, 0, 0x22, 0])

/**
 * One object as the body of an answer, of content type `application/vnd.kubernetes.protobuf`.
 *
 * @param table of its kind, from `messageOf`.
 */
export function encodeProtobuf(table: MessageTable, object: JsonObject): Buffer {
  const writer = newWriter()
  writeMessage(writer, table, object)
  const message = written(writer)
  const head = protobufHead(String(object.apiVersion ?? ''), String(object.kind ?? ''), message.length)
  return Buffer.concat([head, message, PROTOBUF_TAIL])
}

/** Objects as values of a repeated field in their order: a slice of a list's items. */
export function encodeItems(table: MessageTable, number: number, items: readonly JsonObject[]): Buffer {
  const writer = newWriter()
  for (const item of items.toReversed()) {
    const before = extent(writer)
    writeMessage(writer, table, item)
    closeField(writer, number, before)
  }
  return written(writer)
}

/** One event of a watch: its length in four bytes, then meta/v1.WatchEvent with the object's own envelope inside. */
export function encodeWatchFrame(type: string, object: Buffer): Buffer {
  const writer = newWriter()
  const start = extent(writer)
  writeBytesField(writer, 1, object)
  closeField(writer, 2, start)
  writeTextField(writer, 1, type)
  const event = written(writer)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(event.length)
  return Buffer.concat([length, event])
}

const backwards = new WeakMap<MessageTable, readonly MessageField[]>()

function fieldsBackwards(table: MessageTable): readonly MessageField[] {
  let fields = backwards.get(table)
  if (fields === undefined) {
    fields = table.fields.toSorted((a, b) => b.number - a.number)
    backwards.set(table, fields)
  }
  return fields
}

function writeMessage(writer: WireWriter, table: MessageTable, object: JsonObject): void {
  for (const field of fieldsBackwards(table)) {
    if (field.rule === 'inline') writeValue(writer, field.number, field.type, object)
    else writeField(writer, field, object[field.name])
  }
}

function writeField(writer: WireWriter, { number, type, rule, presence }: MessageField, value: Json | undefined): void {
  if (rule === 'list') {
    if (Array.isArray(value)) for (const item of value.toReversed()) writeValue(writer, number, type, item)
  } else if (rule === 'map') {
    if (isObject(value)) writeMap(writer, number, type, value)
  } else if (value !== undefined && value !== null) writeValue(writer, number, type, value)
  else if (presence !== 'pointer' && presence !== 'nullable' && type !== 'bytes') writeZero(writer, number, type)
}

function writeMap(writer: WireWriter, number: number, type: FieldType, entries: JsonObject): void {
  const keys = Object.keys(entries)
  for (const key of keys.length > 1 ? keys.sort().reverse() : keys) {
    const before = extent(writer)
    writeValue(writer, VALUE, type, entries[key] ?? null)
    writeTextField(writer, KEY, key)
    closeField(writer, number, before)
  }
}

function writeZero(writer: WireWriter, number: number, type: FieldType): void {
  if (type === 'string') writeTextField(writer, number, '')
  else writeValue(writer, number, type, type.includes('.') ? null : 0)
}

function writeValue(writer: WireWriter, number: number, type: FieldType, value: Json): void {
  switch (type) {
    case 'string':
      writeTextField(writer, number, String(value ?? ''))
      break
    case 'bool':
      writeNumberField(writer, number, value === true ? 1 : 0)
      break
    case 'bytes':
      writeBytesField(writer, number, Buffer.from(String(value ?? ''), 'base64'))
      break
    case 'int32':
    case 'int64':
      writeNumberField(writer, number, Number(value ?? 0))
      break
    case 'double':
      writeDoubleField(writer, number, Number(value ?? 0))
      break
    default:
      writeNested(writer, number, type, value)
  }
}

function writeNested(writer: WireWriter, number: number, type: `${string}.${string}`, value: Json): void {
  const before = extent(writer)
  const form = ENCODED_FORMS[type]
  if (form !== undefined) form(writer, value, (inner, tag, part) => writeValue(writer, tag, inner, part))
  else writeMessage(writer, messageNamed(type), isObject(value) ? value : {})
  closeField(writer, number, before)
}

/** The tag and length of a field whose bytes are elsewhere. */
function closeLong(writer: WireWriter, number: number, length: number): void {
  closeField(writer, number, extent(writer) - length)
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
