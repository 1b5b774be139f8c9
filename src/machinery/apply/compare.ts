/** Which fields a change of a value adds, removes and modifies (structured-merge-diff/typed/compare.go). */
import type { Json, JsonObject } from '../object.ts'
import { type FieldSet, type FieldSetBuilder, insertPath, recursiveDifference } from './field-set.ts'
import {
  type FieldType,
  type Form,
  formOf,
  isSingleForm,
  type ListType,
  type MapType,
  mainForm,
  typeOfField,
} from './field-type.ts'
import { elementOfItem } from './list-item.ts'
import { fieldElement, type PathElement } from './path-element.ts'
import { equalValues, isObject } from './value.ts'

/** No field is in more than one of the sets; all are empty when nothing changed. */
export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

interface Walk {
  readonly added: FieldSetBuilder
  readonly modified: FieldSetBuilder
  readonly removed: FieldSetBuilder
  readonly path: PathElement[]
}

export function compare(type: FieldType, left: Json, right: Json): Comparison {
  const walk: Walk = { added: new Map(), modified: new Map(), removed: new Map(), path: [] }
  compareTyped(walk, type, left, right)
  return walk
}

/** Without the fields of `ignored` and all that is below them. */
export function withoutFields(comparison: Comparison, ignored: FieldSet | undefined): Comparison {
  if (ignored === undefined || ignored.size === 0) return comparison
  return {
    added: recursiveDifference(comparison.added, ignored),
    modified: recursiveDifference(comparison.modified, ignored),
    removed: recursiveDifference(comparison.removed, ignored),
  }
}

/** One of the sides may be absent, never both. */
function compareTyped(walk: Walk, type: FieldType, left: Json | undefined, right: Json | undefined): void {
  let isLeaf = false
  for (const form of formsOf(type, left, right)) isLeaf = compareForm(walk, type, form, left, right) || isLeaf
  if (isLeaf) return
  if (left === undefined) insertPath(walk.added, walk.path)
  else if (right === undefined) insertPath(walk.removed, walk.path)
}

/** Null takes the other side's form; two values of different forms are compared in both. */
export function formsOf(type: FieldType, left: Json | undefined, right: Json | undefined): readonly Form[] {
  const leftForm = left === undefined ? undefined : formOf(type, left)
  const rightForm = right === undefined ? undefined : formOf(type, right)
  if (right === undefined) return [leftForm ?? mainForm(type)]
  if (left === undefined || leftForm === rightForm || isSingleForm(type)) return [rightForm ?? mainForm(type)]
  return [leftForm ?? mainForm(type), rightForm ?? mainForm(type)]
}

/** Whether the value was a leaf in this form. */
function compareForm(
  walk: Walk,
  type: FieldType,
  form: Form,
  left: Json | undefined,
  right: Json | undefined,
): boolean {
  if (form === 'map' && type.map !== undefined && !type.map.atomic) {
    const before = isObject(left) ? left : undefined
    const after = isObject(right) ? right : undefined
    if (!isEmpty(before) || !isEmpty(after)) {
      compareMaps(walk, type.map, before, after)
      return false
    }
  }
  if (form === 'list' && type.list?.associative === true) {
    const before = Array.isArray(left) ? left : []
    const after = Array.isArray(right) ? right : []
    if (before.length > 0 || after.length > 0) {
      compareLists(walk, type.list, before, after)
      return false
    }
  }
  compareLeaf(walk, left, right)
  return true
}

function isEmpty(value: JsonObject | undefined): boolean {
  if (value === undefined) return true
  for (const _ in value) return false
  return true
}

function compareLeaf(walk: Walk, left: Json | undefined, right: Json | undefined): void {
  if (left === undefined) insertPath(walk.added, walk.path)
  else if (right === undefined) insertPath(walk.removed, walk.path)
  else if (!equalValues(left, right)) insertPath(walk.modified, walk.path)
}

function compareMaps(walk: Walk, type: MapType, left: JsonObject | undefined, right: JsonObject | undefined): void {
  if (left !== undefined) {
    for (const key of Object.keys(left)) {
      compareField(
        walk,
        type,
        key,
        left[key],
        right !== undefined && Object.hasOwn(right, key) ? right[key] : undefined,
      )
    }
  }
  if (right !== undefined) {
    for (const key of Object.keys(right)) {
      if (left === undefined || !Object.hasOwn(left, key)) compareField(walk, type, key, undefined, right[key])
    }
  }
}

function compareField(walk: Walk, type: MapType, key: string, left: Json | undefined, right: Json | undefined): void {
  const field = typeOfField(type, key)
  if (field === undefined || (left === undefined && right === undefined)) return
  walk.path.push(fieldElement(key))
  compareTyped(walk, field, left, right)
  walk.path.pop()
}

function compareLists(walk: Walk, type: ListType, left: readonly Json[], right: readonly Json[]): void {
  const before = itemsByElement(type, left)
  const after = itemsByElement(type, right)
  for (const element of new Set([...before.keys(), ...after.keys()])) {
    walk.path.push(element)
    compareItems(walk, type.element, before.get(element) ?? [], after.get(element) ?? [])
    walk.path.pop()
  }
}

/** What is in a list several times is compared as a whole. */
function compareItems(walk: Walk, type: FieldType, left: readonly Json[], right: readonly Json[]): void {
  if (left.length < 2 && right.length < 2) {
    compareTyped(walk, type, left[0], right[0])
  } else if (left.length > 1 && right.length > 1) {
    if (!equalValues([...left], [...right])) insertPath(walk.modified, walk.path)
  } else if (left.length > 1) {
    if (right.length > 0) compareTyped(walk, type, undefined, right[0])
    insertPath(walk.removed, walk.path)
  } else {
    if (left.length > 0) compareTyped(walk, type, left[0], undefined)
    insertPath(walk.added, walk.path)
  }
}

function itemsByElement(type: ListType, list: readonly Json[]): Map<PathElement, Json[]> {
  const items = new Map<PathElement, Json[]>()
  for (const item of list) {
    const element = elementOfItem(type, item)
    if (!element.ok) continue
    const same = items.get(element.value)
    if (same === undefined) items.set(element.value, [item])
    else same.push(item)
  }
  return items
}
