/** Takes fields out of a value (structured-merge-diff/typed/remove.go). */
import type { Json, JsonObject } from '../object.ts'
import { type FieldSet, withPrefix } from './field-set.ts'
import { type FieldType, formOf, type ListType, type MapType, typeOfField, UNTYPED } from './field-type.ts'
import { elementOfItem } from './list-item.ts'
import { fieldElement } from './path-element.ts'

/** `value` is not changed. A map or list that loses everything becomes null. */
export function removeItems(type: FieldType, value: Json, set: FieldSet): Json {
  const form = formOf(type, value)
  if (form === 'scalar') return value
  if (form === 'map' && type.map !== undefined) return removeFromMap(type.map, value as JsonObject, set)
  if (form === 'list' && type.list !== undefined) return removeFromList(type.list, value as Json[], set)
  return type.map === undefined && type.scalar !== undefined ? value : null
}

function removeFromMap(type: MapType, value: JsonObject, set: FieldSet): Json {
  if (type.atomic) return null
  const kept: JsonObject = {}
  for (const key of Object.keys(value)) {
    const element = fieldElement(key)
    if (set.get(element)?.member === true) continue
    const below = withPrefix(set, element)
    const item = value[key] as Json
    kept[key] = below.size === 0 ? item : removeItems(typeOfField(type, key) ?? UNTYPED, item, below)
  }
  return Object.keys(kept).length > 0 ? kept : null
}

function removeFromList(type: ListType, value: readonly Json[], set: FieldSet): Json {
  if (!type.associative) return null
  const kept: Json[] = []
  for (const item of value) {
    const element = elementOfItem(type, item)
    if (element.ok && set.get(element.value)?.member === true) continue
    const below = element.ok ? withPrefix(set, element.value) : new Map()
    kept.push(below.size === 0 ? item : removeItems(type.element, item, below))
  }
  return kept.length > 0 ? kept : null
}
