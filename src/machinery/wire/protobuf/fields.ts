/** The fields of one message as they stand in the bytes, before they take the form that JSON has. */
import type { FieldType, MessageField, MessageTable } from './message-table.ts'
import {
  FIXED64,
  LENGTH_DELIMITED,
  ProtobufError,
  partBytes,
  readBool,
  readDouble,
  readInt32,
  readInt64,
  readPart,
  readTag,
  skipValue,
  VARINT,
  type WireReader,
} from './wire-reader.ts'

/** Messages stay bytes until they are asked for. */
export type FieldValue = string | boolean | number | Buffer | WireReader

/** Of each field number all values in order; of a map the entries. */
export type Fields = ReadonlyMap<number, readonly FieldValue[]>

const KEY_AND_VALUE = { key: 1, value: 2 } as const

export function readFields(reader: WireReader, table: MessageTable): Fields {
  const fields = new Map<number, FieldValue[]>()
  while (reader.position < reader.end) {
    const { number, wireType } = readTag(reader, table.name)
    const field = table.fields.find((candidate) => candidate.number === number)
    if (field === undefined) {
      skipValue(reader, wireType)
      continue
    }
    const values = fields.get(number) ?? []
    if (values.length === 0) fields.set(number, values)
    readInto(values, reader, wireType, field)
  }
  return fields
}

function readInto(values: FieldValue[], reader: WireReader, wireType: number, field: MessageField): void {
  const type = field.rule === 'map' ? 'bytes' : field.type
  const expected = wireTypeOf(type)
  if (field.rule === 'list' && wireType === LENGTH_DELIMITED && expected !== LENGTH_DELIMITED) {
    const packed = readPart(reader)
    while (packed.position < packed.end) values.push(readScalar(packed, type))
    return
  }
  if (wireType !== expected) {
    throw new ProtobufError(`proto: wrong wireType = ${wireType} for field ${goNameOf(field)}`)
  }
  values.push(field.rule === 'map' ? readPart(reader) : readScalar(reader, type))
}

const INITIALS = /^(?:uid|url|api|ca|json)(?![a-z])/

/** The name of the field in its Go struct. */
function goNameOf({ name, type }: MessageField): string {
  if (name === 'metadata') return type.slice(type.lastIndexOf('.') + 1)
  const words = name.replace(/^\$/, '').replaceAll(/-+(.)/g, (_, letter: string) => letter.toUpperCase())
  const initials = INITIALS.exec(words)?.[0] ?? words.charAt(0)
  return initials.toUpperCase() + words.slice(initials.length)
}

function wireTypeOf(type: FieldType): number {
  if (type === 'double') return FIXED64
  return type === 'bool' || type === 'int32' || type === 'int64' ? VARINT : LENGTH_DELIMITED
}

function readScalar(reader: WireReader, type: FieldType): FieldValue {
  switch (type) {
    case 'bool':
      return readBool(reader)
    case 'int32':
      return readInt32(reader)
    case 'int64':
      return readInt64(reader)
    case 'double':
      return readDouble(reader)
    case 'string':
      return partBytes(readPart(reader)).toString('utf8')
    case 'bytes':
      return partBytes(readPart(reader))
    default:
      return readPart(reader)
  }
}

/** A map's entry is a message of two fields; either is absent when it is zero. */
export function readEntry(entry: FieldValue, type: FieldType): { key: string; value: FieldValue | undefined } {
  const field = { rule: 'one', presence: 'always', patch: undefined } as const
  const fields = readFields(entry as WireReader, {
    name: 'map entry',
    fields: [
      { ...field, number: KEY_AND_VALUE.key, name: 'key', type: 'string' },
      { ...field, number: KEY_AND_VALUE.value, name: 'value', type },
    ],
  })
  const key = fields.get(KEY_AND_VALUE.key)?.at(-1)
  return { key: typeof key === 'string' ? key : '', value: fields.get(KEY_AND_VALUE.value)?.at(-1) }
}
