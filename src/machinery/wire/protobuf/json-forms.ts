/** Messages whose JSON is something else than an object of their fields. */
import type { Json } from '../../object.ts'
import { formatQuantity, parseQuantity } from '../../quantity.ts'
import type { Fields, FieldValue } from './fields.ts'
import { ProtobufError } from './wire-reader.ts'

/** Makes JSON of a message that is a field's value. */
type DecodeValue = (type: `${string}.${string}`, value: FieldValue) => Json

type Form = (fields: Fields, decode: DecodeValue) => Json

function last(fields: Fields, number: number): FieldValue | undefined {
  return fields.get(number)?.at(-1)
}

/** Zero and absent times are null; seconds alone count. */
function time(fields: Fields): Json {
  return fields.size === 0 ? null : `${instant(fields).toISOString().slice(0, 19)}Z`
}

function microTime(fields: Fields): Json {
  if (fields.size === 0) return null
  const micros = Math.trunc(Number(last(fields, 2) ?? 0) / 1000)
  return `${instant(fields).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z`
}

function instant(fields: Fields): Date {
  const date = new Date(Number(last(fields, 1) ?? 0) * 1000)
  const year = date.getUTCFullYear()
  if (year >= 0 && year <= 9999) return date
  throw new ProtobufError('Time.MarshalJSON: year outside of range [0,9999]')
}

/** JSON that travels as bytes. */
function embedded(fields: Fields): Json {
  const bytes = last(fields, 1)
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return null
  try {
    return JSON.parse(bytes.toString('utf8')) as Json
  } catch (error) {
    throw new ProtobufError(`embedded JSON: ${(error as Error).message}`)
  }
}

function quantity(fields: Fields): Json {
  const text = last(fields, 1)
  if (text === undefined) return '0'
  const parsed = parseQuantity(String(text))
  if (!parsed.ok) throw new ProtobufError(parsed.error)
  return formatQuantity(parsed.value)
}

function textList(fields: Fields): Json {
  return (fields.get(1) ?? []).map(String)
}

const SCHEMA = 'apiextensions/v1.JSONSchemaProps'

function schemaOr(fields: Fields, decode: DecodeValue, otherwise: Json): Json {
  const schema = last(fields, 1)
  return schema === undefined ? otherwise : decode(SCHEMA, schema)
}

export const JSON_FORMS: Readonly<Record<string, Form>> = {
  'meta/v1.Time': time,
  'meta/v1.MicroTime': microTime,
  'meta/v1.FieldsV1': embedded,
  'meta/v1.Verbs': textList,
  'runtime.RawExtension': embedded,
  'resource.Quantity': quantity,
  'apiextensions/v1.JSON': embedded,
  'apiextensions/v1.JSONSchemaPropsOrArray': (fields, decode) => {
    const schemas = fields.get(2) ?? []
    return schemas.length > 0 ? schemas.map((schema) => decode(SCHEMA, schema)) : schemaOr(fields, decode, null)
  },
  'apiextensions/v1.JSONSchemaPropsOrBool': (fields, decode) => {
    const schema = last(fields, 2)
    return schema === undefined ? last(fields, 1) === true : decode(SCHEMA, schema)
  },
  'apiextensions/v1.JSONSchemaPropsOrStringArray': (fields, decode) => {
    const names = fields.get(2) ?? []
    return names.length > 0 ? names.map(String) : schemaOr(fields, decode, null)
  },
  'authentication/v1.ExtraValue': textList,
  'authorization/v1.ExtraValue': textList,
  'certificates/v1.ExtraValue': textList,
}
