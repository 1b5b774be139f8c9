/** The fields of metav1.ObjectMeta and the errors of encoding/json for values that do not fit them. */
import { goTimeError, RFC_3339 } from '../go-time.ts'
import type { Json, JsonObject } from '../object.ts'
import { sortedKeys } from './canonical-json.ts'
import { childPath, indexPath } from './field-path.ts'

type Fits = (value: Json) => boolean

interface FieldType {
  /** What Go calls the type. */
  readonly name: string
  readonly fits: Fits
  /** The type of the values within, which Go names when one of them does not fit. */
  readonly element?: FieldType
  readonly isTime?: boolean
  readonly fields?: ReadonlySet<string>
}

const isObject: Fits = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

const STRING: FieldType = { name: 'string', fits: (value) => typeof value === 'string' }
const INT64: FieldType = { name: 'int64', fits: (value) => Number.isInteger(value) }
const STRING_MAP: FieldType = { name: 'map[string]string', fits: isObject, element: STRING }
const STRINGS: FieldType = { name: '[]string', fits: Array.isArray, element: STRING }
const TIME: FieldType = { name: 'string', fits: (value) => typeof value === 'string', isTime: true }

function structs(name: string, fields: readonly string[]): FieldType {
  return {
    name: `[]v1.${name}`,
    fits: Array.isArray,
    element: { name: `v1.${name}`, fits: isObject },
    fields: new Set(fields),
  }
}

const FIELDS: ReadonlyMap<string, FieldType> = new Map([
  ['name', STRING],
  ['generateName', STRING],
  ['namespace', STRING],
  ['selfLink', STRING],
  ['uid', { ...STRING, name: 'types.UID' }],
  ['resourceVersion', STRING],
  ['generation', INT64],
  ['creationTimestamp', TIME],
  ['deletionTimestamp', TIME],
  ['deletionGracePeriodSeconds', INT64],
  ['labels', STRING_MAP],
  ['annotations', STRING_MAP],
  [
    'ownerReferences',
    structs('OwnerReference', ['apiVersion', 'kind', 'name', 'uid', 'controller', 'blockOwnerDeletion']),
  ],
  ['finalizers', STRINGS],
  [
    'managedFields',
    structs('ManagedFieldsEntry', [
      'manager',
      'operation',
      'apiVersion',
      'time',
      'fieldsType',
      'fieldsV1',
      'subresource',
    ]),
  ],
])

export function isObjectMetaField(key: string): boolean {
  return FIELDS.has(key)
}

/** What encoding/json calls the type of a value. */
export function goKind(value: Json): string {
  if (typeof value === 'boolean') return 'bool'
  return Array.isArray(value) ? 'array' : typeof value
}

/**
 * What decoding `value` into an ObjectMeta says; undefined when it fits. Null fits everywhere, and means absent. It is printed
 * before it is read, with its keys in order: the first of them that is wrong is named.
 */
export function metadataTypeError(value: Json | undefined): string | undefined {
  return firstTypeError(value) && firstTypeError(sortedKeys(value as Json))
}

function firstTypeError(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined
  if (!isObject(value)) return `json: cannot unmarshal ${goKind(value)} into Go value of type v1.ObjectMeta`
  for (const [key, field] of Object.entries(value)) {
    const type = FIELDS.get(key)
    const wrong = type && misfit(type, field)
    if (wrong)
      return `json: cannot unmarshal ${goKind(wrong.value)} into Go struct field ObjectMeta.${key} of type ${wrong.type}`
    const fault = type?.isTime === true && typeof field === 'string' ? goTimeError(field, RFC_3339) : undefined
    if (fault !== undefined) return fault
  }
  return undefined
}

function misfit(type: FieldType, value: Json): { value: Json; type: string } | undefined {
  if (value === null) return undefined
  if (!type.fits(value)) return { value, type: type.name }
  if (type.element === undefined) return undefined
  for (const element of Object.values(value as JsonObject)) {
    const wrong = misfit(type.element, element)
    if (wrong) return wrong
  }
  return undefined
}

/**
 * Drops unknown fields of a metadata that fits, and fields without content: the round trip through ObjectMeta keeps neither.
 *
 * @returns the paths of the unknown ones.
 */
export function pruneMetadata(metadata: JsonObject | null | undefined, path: string): string[] {
  const dropped: string[] = []
  for (const [key, field] of Object.entries(metadata ?? {})) {
    const type = FIELDS.get(key)
    if (type === undefined) dropped.push(childPath(path, key))
    // An empty list of managers is an order to forget them.
    const forgets = key === 'managedFields' && Array.isArray(field)
    if (type === undefined || (isEmpty(field) && !forgets)) delete metadata?.[key]
    else if (type.fields) dropped.push(...pruneStructs(field as JsonObject[], type.fields, childPath(path, key)))
  }
  return dropped
}

function pruneStructs(items: readonly JsonObject[], fields: ReadonlySet<string>, path: string): string[] {
  const dropped: string[] = []
  for (const [index, item] of items.entries()) {
    for (const key of Object.keys(item ?? {})) {
      if (fields.has(key)) continue
      dropped.push(childPath(indexPath(path, index), key))
      delete item[key]
    }
  }
  return dropped
}

function isEmpty(value: Json): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0
  return value === null || value === '' || value === 0
}
