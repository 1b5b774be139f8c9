/** The types of the built-in kinds: fields from their protobuf messages, list types from upstream's OpenAPI documents. */
import type { Json, JsonObject } from '../object.ts'
import type { MessageField, MessageTable } from '../wire/protobuf/message-table.ts'
import { messageNamed, messageOf } from '../wire/protobuf/registry.ts'
import { DEDUCED, type FieldType, type MapType, type ScalarType, UNTYPED } from './field-type.ts'
import { ASSOCIATIVE_LISTS, ATOMIC_STRUCTS } from './generated/list-types.ts'

const SCALARS: Readonly<Record<string, ScalarType>> = {
  string: 'string',
  bool: 'boolean',
  int32: 'numeric',
  int64: 'numeric',
  double: 'numeric',
  bytes: 'string',
  'meta/v1.Time': 'untyped',
  'meta/v1.MicroTime': 'untyped',
  'resource.Quantity': 'untyped',
}

const TEXTS: FieldType = { list: { element: { scalar: 'string' }, associative: false, keys: [] } }

/** Messages whose JSON is not an object of their fields. */
const FORMS: Readonly<Record<string, FieldType>> = {
  'meta/v1.FieldsV1': { map: { fields: new Map(), element: DEDUCED, atomic: false } },
  'meta/v1.Verbs': TEXTS,
  'runtime.RawExtension': UNTYPED,
  'apiextensions/v1.JSON': DEDUCED,
  'apiextensions/v1.JSONSchemaPropsOrArray': DEDUCED,
  'apiextensions/v1.JSONSchemaPropsOrBool': DEDUCED,
  'apiextensions/v1.JSONSchemaPropsOrStringArray': DEDUCED,
  'authentication/v1.ExtraValue': TEXTS,
  'authorization/v1.ExtraValue': TEXTS,
  'certificates/v1.ExtraValue': TEXTS,
}

const types = new Map<string, FieldType>()

/** Undefined for a kind that is not one of Kubernetes. */
export function builtInType(group: string, version: string, kind: string): FieldType | undefined {
  const table = messageOf(group, version, kind)
  if (table === undefined) return undefined
  const { map } = messageType(table.name)
  if (map === undefined || map.fields.has('kind')) return { ...(map !== undefined && { map }) }
  const fields = new Map(map.fields).set('apiVersion', { scalar: 'string' }).set('kind', { scalar: 'string' })
  return { map: { ...map, fields } }
}

export function objectMetaType(): FieldType {
  return messageType('meta/v1.ObjectMeta')
}

/** A message may contain itself: its type is known before its fields are. */
function messageType(name: string): FieldType {
  const known = types.get(name) ?? FORMS[name]
  if (known !== undefined) return known
  const fields = new Map<string, FieldType>()
  const table = messageNamed(name)
  const map: MapType = {
    fields,
    element: table.fields.length === 0 ? DEDUCED : undefined,
    atomic: ATOMIC_STRUCTS.has(name),
  }
  const type = { map }
  types.set(name, type)
  addFields(table, name, fields)
  return type
}

function addFields(table: MessageTable, owner: string, into: Map<string, FieldType>): void {
  for (const field of table.fields) {
    if (field.rule === 'inline') addFields(messageNamed(field.type), owner, into)
    else into.set(field.name, fieldType(field, owner))
  }
}

function fieldType({ name, type, rule, presence }: MessageField, owner: string): FieldType {
  const keys = ASSOCIATIVE_LISTS[`${owner}.${name}`]
  const element = valueType(type)
  if (rule === 'list') {
    return {
      list: {
        element,
        associative: keys !== undefined,
        keys: keys === undefined || keys === '' ? [] : keys.split(','),
      },
    }
  }
  if (rule === 'map') return { map: { fields: new Map(), element, atomic: ATOMIC_STRUCTS.has(`${owner}.${name}`) } }
  // What is always printed has its zero value as its default.
  return presence === 'always' && element.scalar !== undefined && type in ZEROS
    ? { ...element, default: ZEROS[type] as Json }
    : element
}

function valueType(type: string): FieldType {
  const scalar = SCALARS[type]
  return scalar === undefined ? messageType(type) : { scalar }
}

const ZEROS: Readonly<Record<string, Json>> = { string: '', bool: false, int32: 0, int64: 0, double: 0 }

/**
 * A new object of a built-in kind as Go's encoder would print it: the structs that are always there, and their zeros. What
 * a create changes is measured against it.
 */
export function emptyObjectOf(group: string, version: string, kind: string): JsonObject {
  const table = messageOf(group, version, kind)
  return table === undefined ? {} : emptyMessage(table)
}

function emptyMessage(table: MessageTable): JsonObject {
  const object: JsonObject = {}
  for (const { name, type, rule, presence } of table.fields) {
    if (rule === 'inline') Object.assign(object, emptyMessage(messageNamed(type)))
    else if (presence === 'nullable') object[name] = null
    else if (presence === 'always') object[name] = rule === 'one' ? emptyValue(type) : null
  }
  return object
}

function emptyValue(type: string): Json {
  const zero = ZEROS[type]
  if (zero !== undefined) return zero
  return type in SCALARS || type in FORMS ? null : emptyMessage(messageNamed(type))
}
