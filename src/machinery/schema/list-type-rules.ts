/** What lists of type set and map ask of the schemas of their items (apiextensions validation.go). */
import type { StatusCause } from '../errors.ts'
import { fieldForbidden, fieldInvalid, fieldNotSupported, fieldRequired } from '../names/field-error.ts'
import { childPath, keyPath } from './field-path.ts'
import type { StructuralSchema } from './structural-schema.ts'

const LIST_TYPE = 'x-kubernetes-list-type'
const LIST_MAP_KEYS = 'x-kubernetes-list-map-keys'

export function listTypeCauses(schema: StructuralSchema, path: string): StatusCause[] {
  const { listType, listMapKeys } = schema
  const causes: StatusCause[] = []
  if (listType !== undefined && schema.type !== 'array') {
    const at = childPath(path, 'type')
    const detail = 'must be array if x-kubernetes-list-type is specified'
    causes.push(schema.type === '' ? fieldRequired(at, detail) : fieldInvalid(at, schema.type, detail))
  } else if (listType === 'set' && schema.items !== undefined) {
    causes.push(...setItemCauses(schema.items, childPath(path, 'items')))
  }
  const at = childPath(path, LIST_TYPE)
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(listType)) {
    causes.push(fieldNotSupported(at, listType, ['atomic', 'set', 'map']))
  }
  if (listMapKeys.length > 0 && listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty'
    causes.push(listType === undefined ? fieldRequired(at, detail) : fieldInvalid(at, listType, detail))
  }
  if (listType === 'map') causes.push(...mapCauses(schema, path))
  if (schema.items !== undefined && (listType === 'set' || listType === 'map')) {
    causes.push(...nullableCauses(schema, schema.items, listType, childPath(path, 'items')))
  }
  return causes
}

/** Members of a set are compared whole, so they must be atomic: scalars, or lists and objects that say so. */
function setItemCauses(items: StructuralSchema, path: string): StatusCause[] {
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  const isList = items.type === 'array' && items.listType !== undefined && items.listType !== 'atomic'
  if (isList) return [fieldInvalid(childPath(path, LIST_TYPE), items.listType, detail)]
  if (items.type !== 'object' || items.mapType === 'atomic') return []
  // Upstream shows the list type of the items here, not their map type.
  return [fieldInvalid(childPath(path, 'x-kubernetes-map-type'), items.listType ?? null, detail)]
}

function mapCauses(schema: StructuralSchema, path: string): StatusCause[] {
  const { items, listMapKeys } = schema
  const causes: StatusCause[] = []
  const keysAt = childPath(path, LIST_MAP_KEYS)
  const itemsAt = childPath(path, 'items')
  if (listMapKeys.length === 0) {
    causes.push(fieldRequired(keysAt, 'must not be empty if x-kubernetes-list-type is map'))
  }
  if (items === undefined) {
    if (schema.forbidden.includes('items')) return causes
    return [...causes, fieldRequired(itemsAt, 'must have a schema if x-kubernetes-list-type is map')]
  }
  if (items.type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map"
    return [...causes, fieldInvalid(childPath(itemsAt, 'type'), items.type, detail)]
  }
  for (const [index, key] of listMapKeys.entries()) {
    const type = items.properties?.get(key)?.type
    if (type === undefined) {
      causes.push(fieldInvalid(keysAt, listMapKeys, 'entries must all be names of item properties'))
    } else if (type === 'array' || type === 'object') {
      const at = childPath(keyPath(childPath(itemsAt, 'properties'), key), 'type')
      causes.push(fieldInvalid(at, items.type, "must be a scalar type if parent array's x-kubernetes-list-type is map"))
    }
    if (listMapKeys.indexOf(key) < index) {
      causes.push(fieldInvalid(keysAt, listMapKeys, 'must not contain duplicate entries'))
    }
  }
  return causes
}

/** Every item has its keys, and no item is null. */
function nullableCauses(
  schema: StructuralSchema,
  items: StructuralSchema,
  listType: string,
  path: string,
): StatusCause[] {
  const causes: StatusCause[] = []
  if (items.nullable) {
    const detail = `cannot be nullable when x-kubernetes-list-type is ${listType}`
    causes.push(fieldForbidden(childPath(path, 'nullable'), detail))
  }
  if (listType === 'set') return causes
  for (const key of schema.listMapKeys) {
    const property = items.properties?.get(key)
    if (property === undefined) continue
    const at = keyPath(childPath(path, 'properties'), key)
    if (!items.required.includes(key) && property.default === undefined) {
      const detail =
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'
      causes.push(fieldRequired(childPath(at, 'default'), detail))
    }
    if (property.nullable) {
      const detail = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable'
      causes.push(fieldForbidden(childPath(at, 'nullable'), detail))
    }
  }
  return causes
}
