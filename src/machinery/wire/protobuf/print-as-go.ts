/**
 * An object of a built-in kind as kube-apiserver has it once it has read it: decoded into Go's struct and printed again by
 * encoding/json. Fields that are always there come, empty ones that need not be go, and a null becomes the zero value.
 */
import type { Json, JsonObject } from '../../object.ts'
import { formatQuantity, parseQuantity } from '../../quantity.ts'
import type { FieldPresence, FieldType, MessageField, MessageTable } from './message-table.ts'
import { messageNamed } from './registry.ts'

/**
 * Changes the object in place. Metadata is left alone (see pruneMetadata), and so is what the kind does not know.
 *
 * @param object one whose fields have the types that Go decodes (goDecodingError).
 * @example printAsGo(role, { metadata }) // { metadata, rules: null }
 */
export function printAsGo(table: MessageTable, object: JsonObject): void {
  const { byName, filled } = fieldsOf(table)
  for (const name in object) {
    const field = byName.get(name)
    if (field === undefined) continue
    const value = printed(field, object[name] ?? null)
    if (value === undefined) delete object[name]
    else if (value !== object[name]) object[name] = value
  }
  for (const field of filled) if (object[field.name] === undefined) object[field.name] = zeroOf(field)
}

/**
 * What protobuf, in which kube-apiserver keeps built-in kinds, makes of an object: an empty list is none. In place.
 *
 * @returns undefined for a kind that prints no such lists
 */
export function emptyListsDropper(table: MessageTable): ((object: JsonObject) => void) | undefined {
  return printsLists(table, new Set()) ? (object) => dropEmptyLists(table, object) : undefined
}

function printsLists(table: MessageTable, seen: Set<MessageTable>): boolean {
  if (seen.has(table)) return false
  seen.add(table)
  for (const { type, rule, presence } of fieldsOf(table).byName.values()) {
    if (rule !== 'one' && ALWAYS.has(presence)) return true
    if (isStruct(type) && printsLists(messageNamed(type), seen)) return true
  }
  return false
}

function dropEmptyLists(table: MessageTable, object: JsonObject): void {
  for (const [name, { type, rule, presence }] of fieldsOf(table).byName) {
    const value = object[name]
    if (typeof value !== 'object' || value === null) continue
    if (rule !== 'one' && ALWAYS.has(presence) && isEmpty(value)) object[name] = null
    if (!isStruct(type)) continue
    const elements = rule === 'one' ? [value] : Object.values(value)
    for (const element of elements) dropEmptyLists(messageNamed(type), element as JsonObject)
  }
}

function isStruct(type: FieldType): boolean {
  return !(type in ZEROS || type in FORMS)
}

interface PrintedFields {
  readonly byName: ReadonlyMap<string, MessageField>
  /** What Go prints whether it is there or not. */
  readonly filled: readonly MessageField[]
}

const METADATA = 'meta/v1.ObjectMeta'
const ALWAYS: ReadonlySet<FieldPresence> = new Set(['always', 'nullable'])

const known = new WeakMap<MessageTable, PrintedFields>()

function fieldsOf(table: MessageTable): PrintedFields {
  let fields = known.get(table)
  if (fields === undefined) {
    const all = allFields(table).filter(({ type }) => type !== METADATA)
    const filled = all.filter(({ presence }) => ALWAYS.has(presence))
    fields = { byName: new Map(all.map((field) => [field.name, field])), filled }
    known.set(table, fields)
  }
  return fields
}

function allFields({ fields }: MessageTable): MessageField[] {
  return fields.flatMap((field) => (field.rule === 'inline' ? allFields(messageNamed(field.type)) : [field]))
}

/** Undefined: not printed. */
function printed(field: MessageField, value: Json): Json | undefined {
  const { type, rule, presence } = field
  if (rule !== 'one') {
    if (isEmpty(value)) return ALWAYS.has(presence) ? value : undefined
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) value[index] = printedElement(type, value[index] ?? null)
    } else {
      const elements = value as JsonObject
      for (const key in elements) {
        const element = elements[key] ?? null
        const shown = printedElement(type, element)
        if (shown !== element) elements[key] = shown
      }
    }
    return value
  }
  if (value === null) return ALWAYS.has(presence) ? zeroOf(field) : undefined
  if (presence === 'omitempty' && (value === '' || value === 0 || value === false)) return undefined
  return formed(type, value)
}

function printedElement(type: FieldType, element: Json): Json {
  if (type === 'string' && element !== null) return element
  return element === null ? zeroValue(type, '') : formed(type, element)
}

function isEmpty(value: Json): boolean {
  for (const _ in value as JsonObject) return false
  return true
}

function zeroOf({ type, rule, presence }: MessageField): Json {
  return rule !== 'one' || presence === 'nullable' ? null : zeroValue(type, null)
}

const ZEROS: Readonly<Record<string, Json>> = {
  string: '',
  bool: false,
  int32: 0,
  int64: 0,
  double: 0,
  'resource.Quantity': '0',
}

/** @param noBytes those that are nil, which are empty ones in a map that has been stored */
function zeroValue(type: FieldType, noBytes: Json): Json {
  if (type === 'bytes') return noBytes
  const zero = ZEROS[type]
  if (zero !== undefined) return zero
  if (type in FORMS) return null
  const object: JsonObject = {}
  printAsGo(messageNamed(type), object)
  return object
}

function formed(type: FieldType, value: Json): Json {
  const form = FORMS[type]
  if (form !== undefined) return form(value)
  if (isStruct(type)) printAsGo(messageNamed(type), value as JsonObject)
  return value
}

const asIs = (value: Json): Json => value

/** Values whose JSON is not an object of a message's fields. */
const FORMS: Readonly<Record<string, (value: Json) => Json>> = {
  bytes: (value) => (typeof value === 'string' ? value.replace(/[\r\n]/g, '') : value),
  'meta/v1.Time': (value) => timeInUTC(value, 0),
  'meta/v1.MicroTime': (value) => timeInUTC(value, 6),
  'meta/v1.FieldsV1': asIs,
  'meta/v1.Verbs': asIs,
  'runtime.RawExtension': asIs,
  'resource.Quantity': (value) => {
    const parsed = parseQuantity(String(value))
    return parsed.ok ? formatQuantity(parsed.value) : value
  },
  'apiextensions/v1.JSON': asIs,
  'apiextensions/v1.JSONSchemaPropsOrArray': schemas,
  'apiextensions/v1.JSONSchemaPropsOrBool': schemas,
  'apiextensions/v1.JSONSchemaPropsOrStringArray': schemas,
  'authentication/v1.ExtraValue': asIs,
  'authorization/v1.ExtraValue': asIs,
  'certificates/v1.ExtraValue': asIs,
}

function schemas(value: Json): Json {
  if (Array.isArray(value)) return value.map(schemas)
  return typeof value === 'object' && value !== null ? formed('apiextensions/v1.JSONSchemaProps', value) : value
}

/** Of a metav1.Time the seconds alone count, of a MicroTime six digits of their fraction. */
function timeInUTC(value: Json, digits: number): Json {
  if (typeof value !== 'string') return value
  const [, date = '', fraction = '', zone = ''] = /^([^.,]*?)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/.exec(value) ?? []
  const instant = Date.parse(date + zone)
  if (Number.isNaN(instant)) return value
  const rest = digits === 0 ? '' : `.${fraction.slice(0, digits).padEnd(digits, '0')}`
  return `${new Date(instant).toISOString().slice(0, 19)}${rest}Z`
}
