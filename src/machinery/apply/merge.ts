/** Lays an applied configuration over a live value (structured-merge-diff/typed/merge.go). Nothing is removed by it. */
import type { Json, JsonObject } from '../object.ts'
import { formsOf } from './compare.ts'
import { type FieldType, type ListType, type MapType, typeOfField } from './field-type.ts'
import { elementOfItem } from './list-item.ts'
import type { PathElement } from './path-element.ts'
import { isObject } from './value.ts'

/** The inputs are not changed; the result shares parts with them. */
export function merge(type: FieldType, live: Json, applied: Json): Json {
  return mergeTyped(type, live, applied) ?? null
}

function mergeTyped(type: FieldType, live: Json | undefined, applied: Json | undefined): Json | undefined {
  const form = formsOf(type, live, applied).at(-1)
  if (form === 'map' && type.map !== undefined && !type.map.atomic) {
    const left = isObject(live) ? live : {}
    const right = isObject(applied) ? applied : {}
    if (Object.keys(left).length > 0 || Object.keys(right).length > 0) return mergeMaps(type.map, left, right)
  }
  if (form === 'list' && type.list?.associative === true) {
    const left = Array.isArray(live) ? live : []
    const right = Array.isArray(applied) ? applied : []
    if (left.length > 0 || right.length > 0) return mergeLists(type.list, left, right)
  }
  return applied === undefined ? live : applied
}

function mergeMaps(type: MapType, live: JsonObject, applied: JsonObject): JsonObject | undefined {
  const merged: JsonObject = {}
  for (const key of new Set([...Object.keys(live), ...Object.keys(applied)])) {
    const field = typeOfField(type, key)
    const left = Object.hasOwn(live, key) ? live[key] : undefined
    const right = Object.hasOwn(applied, key) ? applied[key] : undefined
    const value = field === undefined ? (right ?? left) : mergeTyped(field, left, right)
    if (value !== undefined) merged[key] = value
  }
  return Object.keys(merged).length > 0 ? merged : undefined
}

interface Items {
  readonly elements: readonly PathElement[]
  readonly values: ReadonlyMap<PathElement, Json>
}

/** What is there several times is merged with nothing: null stands for it. */
function itemsOf(type: ListType, list: readonly Json[]): Items {
  const elements: PathElement[] = []
  const values = new Map<PathElement, Json>()
  for (const item of list) {
    const element = elementOfItem(type, item)
    if (!element.ok) continue
    elements.push(element.value)
    values.set(element.value, values.has(element.value) ? null : item)
  }
  return { elements, values }
}

/**
 * The order of the result: elements that both sides have come in the order of the applied list, and what only one side has
 * stays between the same neighbours.
 */
function mergeLists(type: ListType, live: readonly Json[], applied: readonly Json[]): Json[] | undefined {
  const left = itemsOf(type, live)
  const right = itemsOf(type, applied)
  const shared = right.elements.filter((element) => left.values.has(element)).values()
  const merged: Json[] = []
  const done = new Set<PathElement>()
  const add = (item: Json | undefined): void => {
    if (item !== undefined) merged.push(item)
  }
  let next = shared.next().value
  for (let l = 0, r = 0; l < left.elements.length || r < right.elements.length; ) {
    const ours = left.elements[l]
    const theirs = right.elements[r]
    if (ours !== undefined && theirs !== undefined) {
      if (ours === theirs) {
        done.add(ours)
        add(mergeTyped(type.element, left.values.get(ours), right.values.get(ours)))
        l++
        r++
        next = shared.next().value
        continue
      }
      // Both have it, but something else that both have comes first.
      if (right.values.has(ours) && next !== undefined && next !== ours) {
        l++
        continue
      }
    }
    if (ours !== undefined) {
      if (!right.values.has(ours)) {
        add(mergeTyped(type.element, live[l], undefined))
        l++
        continue
      }
      if (done.has(ours)) l++
    }
    if (theirs !== undefined) {
      done.add(theirs)
      add(mergeTyped(type.element, left.values.get(theirs), right.values.get(theirs)))
      r++
      if (next === theirs) next = shared.next().value
    }
  }
  return merged.length > 0 ? merged : undefined
}
