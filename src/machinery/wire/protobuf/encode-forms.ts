/** Messages whose JSON is something else than an object of their fields, written: the other way round from json-forms.ts. */
import type { Json } from '../../object.ts'
import type { FieldType } from './message-table.ts'
import { type WireWriter, writeBytesField, writeNumberField, writeTextField } from './wire-writer.ts'

/** Writes JSON as a field of the message. */
type EncodeValue = (type: FieldType, number: number, value: Json) => void

type Form = (writer: WireWriter, value: Json, encode: EncodeValue) => void

/** Zero times are empty messages. */
function time(writer: WireWriter, value: Json): void {
  if (typeof value !== 'string' || value === '') return
  const [, fraction = ''] = /\.(\d+)/.exec(value) ?? []
  writeNumberField(writer, 2, Number(fraction.slice(0, 6).padEnd(6, '0')) * 1000)
  writeNumberField(writer, 1, Math.floor(Date.parse(value) / 1000))
}

function embedded(writer: WireWriter, value: Json): void {
  if (value !== null) writeBytesField(writer, 1, Buffer.from(JSON.stringify(value)))
}

function textList(writer: WireWriter, value: Json): void {
  if (Array.isArray(value)) for (const text of value.toReversed()) writeTextField(writer, 1, String(text))
}

const SCHEMA = 'apiextensions/v1.JSONSchemaProps'

function isSchema(value: Json): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export const ENCODED_FORMS: Readonly<Record<string, Form>> = {
  'meta/v1.Time': time,
  'meta/v1.MicroTime': time,
  'meta/v1.FieldsV1': embedded,
  'meta/v1.Verbs': textList,
  'runtime.RawExtension': embedded,
  'resource.Quantity': (writer, value) => writeTextField(writer, 1, String(value ?? '0')),
  'apiextensions/v1.JSON': embedded,
  'apiextensions/v1.JSONSchemaPropsOrArray': (_, value, encode) => {
    if (Array.isArray(value)) for (const schema of value.toReversed()) encode(SCHEMA, 2, schema)
    else if (value !== null) encode(SCHEMA, 1, value)
  },
  'apiextensions/v1.JSONSchemaPropsOrBool': (writer, value, encode) => {
    if (isSchema(value)) encode(SCHEMA, 2, value)
    // The schema's own `true` is said by its Go type, which holds both.
    writeNumberField(writer, 1, value === true || isSchema(value) ? 1 : 0)
  },
  'apiextensions/v1.JSONSchemaPropsOrStringArray': (writer, value, encode) => {
    if (Array.isArray(value)) for (const text of value.toReversed()) writeTextField(writer, 2, String(text))
    else if (value !== null) encode(SCHEMA, 1, value)
  },
  'authentication/v1.ExtraValue': textList,
  'authorization/v1.ExtraValue': textList,
  'certificates/v1.ExtraValue': textList,
}
