/**
 * What encoding/json says of a JSON object whose fields do not have the types of the Go struct of a built-in kind
 * (sigs.k8s.io/json). Its decoder goes on after the first such field and reports that one.
 */
import { goTimeError, RFC_3339, RFC_3339_MICRO } from '../../go-time.ts'
import type { Json, JsonObject } from '../../object.ts'
import { parseQuantity } from '../../quantity.ts'
import { GO_TYPES } from './generated/go-types.ts'
import type { FieldType, MessageField, MessageTable } from './message-table.ts'
import { messageNamed } from './registry.ts'

/** Where the decoder stands: the struct, and the names of the fields that led there. */
interface Place {
  readonly struct: string
  readonly path: string
}

const GO_SCALARS: Readonly<Record<string, string>> = { double: 'float64', bytes: '[]uint8' }

/**
 * @param table of the kind that is expected.
 * @returns undefined when everything fits.
 * @example goDecodingError(configMap, { data: 'x' })
 *   // json: cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string
 */
export function goDecodingError(table: MessageTable, object: JsonObject): string | undefined {
  return structError(table, object, '')
}

function structName({ name }: MessageTable): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

function structError(table: MessageTable, object: JsonObject, path: string): string | undefined {
  const fields = fieldsOf(table)
  const before = path === '' ? '' : `${path}.`
  for (const key of Object.keys(object)) {
    const found = fields.get(key)
    const value = object[key] ?? null
    if (found === undefined || value === null) continue
    const { field, goType, struct, within } = found
    const error = fieldError(field, goType, value, { struct, path: before + within + key })
    if (error !== undefined) return error
  }
  return undefined
}

/** What every object of a kind is held to: made once a kind. */
interface FoundField {
  readonly field: MessageField
  readonly goType: string
  readonly struct: string
  /** Names of the structs that are embedded on the way to it, each with a dot. */
  readonly within: string
}

const known = new WeakMap<MessageTable, ReadonlyMap<string, FoundField>>()

function fieldsOf(table: MessageTable): ReadonlyMap<string, FoundField> {
  let fields = known.get(table)
  if (fields === undefined) {
    fields = new Map(allFields(table, structName(table), '').map((found) => [found.field.name, found]))
    known.set(table, fields)
  }
  return fields
}

function allFields(table: MessageTable, struct: string, within: string): FoundField[] {
  return table.fields.flatMap((field) => {
    if (field.rule !== 'inline') {
      const goType = GO_TYPES.get(`${table.name}.${field.name}`) ?? plainGoType(field)
      return [{ field, goType, struct, within }]
    }
    const inner = messageNamed(field.type)
    return allFields(inner, struct, `${within}${structName(inner)}.`)
  })
}

function plainGoType({ type, rule }: MessageField): string {
  const one = plainType(type)
  return rule === 'list' ? `[]${one}` : rule === 'map' ? `map[string]${one}` : one
}

function plainType(type: FieldType): string {
  return type.includes('.') ? `v1.${type.slice(type.lastIndexOf('.') + 1)}` : (GO_SCALARS[type] ?? type)
}

function fieldError({ type, rule }: MessageField, goType: string, value: Json, place: Place): string | undefined {
  if (rule === 'list') {
    if (!Array.isArray(value)) return mismatch(value, goType, place)
    return firstError(value, (item) => valueError(type, goType.replace(/^\[\]/, ''), item, place))
  }
  if (rule === 'map') {
    if (!isObject(value)) return mismatch(value, goType, place)
    return firstError(Object.values(value), (item) => valueError(type, plainType(type), item, place))
  }
  return valueError(type, goType, value, place)
}

function valueError(type: FieldType, goType: string, value: Json, place: Place): string | undefined {
  if (value === null) return undefined
  switch (type) {
    case 'string':
      return typeof value === 'string' ? undefined : mismatch(value, goType, place)
    case 'bool':
      return typeof value === 'boolean' ? undefined : mismatch(value, goType, place)
    case 'double':
      return typeof value === 'number' ? undefined : mismatch(value, goType, place)
    case 'bytes':
      return typeof value === 'string' ? base64Error(value) : mismatch(value, goType, place)
    case 'int32':
    case 'int64':
      return integerError(type, value, goType, place)
    default: {
      const form = FORMS[type]
      if (form !== undefined) return form(value, place)
      return isObject(value) ? structError(messageNamed(type), value, place.path) : mismatch(value, goType, place)
    }
  }
}

function integerError(type: 'int32' | 'int64', value: Json, goType: string, place: Place): string | undefined {
  if (typeof value !== 'number') return mismatch(value, goType, place)
  const limit = type === 'int32' ? 2 ** 31 : 2 ** 63
  if (Number.isInteger(value) && value >= -limit && value < limit) return undefined
  return `json: cannot unmarshal number ${value} into Go struct field ${place.struct}.${place.path} of type ${goType}`
}

function mismatch(value: Json, goType: string, { struct, path }: Place): string {
  return `json: cannot unmarshal ${jsonKind(value)} into Go struct field ${struct}.${path} of type ${goType}`
}

function jsonKind(value: Json): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** encoding/base64's StdEncoding: line breaks are passed over. */
function base64Error(text: string): string | undefined {
  const wrong = /[^A-Za-z0-9+/\r\n]/.exec(text)
  const end = wrong?.index ?? text.length
  const whole = text.slice(0, end).replace(/[\r\n]/g, '').length
  const padding = /^=*[\r\n]*$/.test(text.slice(end)) ? text.slice(end).replace(/[\r\n]/g, '').length : -1
  if (padding >= 0 && (whole + padding) % 4 === 0 && padding <= 2 && (padding === 0 || whole % 4 >= 2)) return undefined
  return `illegal base64 data at input byte ${padding === 0 ? Math.floor(whole / 4) * 4 : end}`
}

const FORMS: Readonly<Record<string, (value: Json, place: Place) => string | undefined>> = {
  'meta/v1.Time': (value, place) => timeError(value, RFC_3339, place),
  'meta/v1.MicroTime': (value, place) => timeError(value, RFC_3339_MICRO, place),
  'meta/v1.FieldsV1': () => undefined,
  'meta/v1.Verbs': () => undefined,
  'runtime.RawExtension': () => undefined,
  'apiextensions/v1.JSON': () => undefined,
  // They read whatever they find by trial, and what they do not understand is said by validation.
  'apiextensions/v1.JSONSchemaPropsOrArray': () => undefined,
  'apiextensions/v1.JSONSchemaPropsOrBool': () => undefined,
  'apiextensions/v1.JSONSchemaPropsOrStringArray': () => undefined,
  'resource.Quantity': quantityError,
  'authentication/v1.ExtraValue': textsError,
  'authorization/v1.ExtraValue': textsError,
  'certificates/v1.ExtraValue': textsError,
}

function textsError(value: Json, place: Place): string | undefined {
  if (!Array.isArray(value)) return mismatch(value, 'v1.ExtraValue', place)
  return firstError(value, (item) => valueError('string', 'string', item, place))
}

function quantityError(value: Json): string | undefined {
  const parsed = parseQuantity(String(typeof value === 'object' ? '' : value))
  const form = `quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`
  return parsed.ok ? undefined : form
}

function timeError(value: Json, layout: string, place: Place): string | undefined {
  return typeof value === 'string' ? goTimeError(value, layout) : mismatch(value, 'string', place)
}

function firstError(values: readonly Json[], check: (value: Json) => string | undefined): string | undefined {
  for (const value of values) {
    const error = check(value)
    if (error !== undefined) return error
  }
  return undefined
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
