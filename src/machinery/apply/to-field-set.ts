/** The fields that a value mentions: what an applier of it owns (structured-merge-diff/typed/tofieldset.go). */
import type { Json, JsonObject } from '../object.ts'
import { type FieldSet, type FieldSetBuilder, insertPath } from './field-set.ts'
import { type FieldType, formOf, type ListType, type MapType, mainForm, typeOfField } from './field-type.ts'
import { elementOfItem } from './list-item.ts'
import { fieldElement, type PathElement } from './path-element.ts'
import { isObject } from './value.ts'

/** `value` has the type, as checkType says. */
export function toFieldSet(type: FieldType, value: Json): FieldSet {
  const set: FieldSetBuilder = new Map()
  collect(type, value, [], set)
  return set
}

function collect(type: FieldType, value: Json, path: PathElement[], set: FieldSetBuilder): void {
  const form = formOf(type, value) ?? mainForm(type)
  if (form === 'scalar') insertPath(set, path)
  else if (form === 'map' && type.map !== undefined) collectMap(type.map, value, path, set)
  else if (type.list !== undefined) collectList(type.list, value, path, set)
}

function collectMap(type: MapType, value: Json, path: PathElement[], set: FieldSetBuilder): void {
  if (type.atomic) insertPath(set, path)
  else if (isObject(value)) for (const key of Object.keys(value)) collectField(type, key, value, path, set)
}

function collectField(type: MapType, key: string, owner: JsonObject, path: PathElement[], set: FieldSetBuilder): void {
  const field = typeOfField(type, key)
  if (field === undefined) return
  const value = owner[key] as Json
  path.push(fieldElement(key))
  collect(field, value, path, set)
  const empty = value === null || (isObject(value) && Object.keys(value).length === 0)
  if (empty || !type.fields.has(key)) insertPath(set, path)
  path.pop()
}

function collectList(type: ListType, value: Json, path: PathElement[], set: FieldSetBuilder): void {
  if (!type.associative) insertPath(set, path)
  if (!type.associative || !Array.isArray(value)) return
  const items = new Map<PathElement, Json[]>()
  for (const item of value) {
    const element = elementOfItem(type, item)
    if (!element.ok) continue
    const same = items.get(element.value)
    if (same === undefined) items.set(element.value, [item])
    else same.push(item)
  }
  for (const [element, same] of items) {
    path.push(element)
    // Elements that are there several times are owned as a whole.
    if (same.length === 1) collect(type.element, same[0] as Json, path, set)
    insertPath(set, path)
    path.pop()
  }
}
