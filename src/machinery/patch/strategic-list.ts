/** How a strategic merge patch merges lists: sets of scalars, and lists of objects told apart by a merge key. */
import type { Json, JsonObject } from '../object.ts'
import { cloneJson, getKey, isObject } from './json-value.ts'
import { PATCH_DOES_NOT_APPLY } from './patch-result.ts'
import { directiveOf, goMap, StrategicPatchError, unknownDirective } from './strategic-directives.ts'

export interface ListMerge {
  readonly strategy: 'merge' | 'replace' | undefined
  readonly mergeKey: string | undefined
  readonly mergeElement: (element: JsonObject, patch: JsonObject) => JsonObject
}

/** Merges `patch` into `stored`: elements of the patch in its order, the others between them in theirs. */
export function mergeList(stored: readonly Json[], patch: readonly Json[], merge: ListMerge): Json[] {
  if (stored.length === 0 && patch.length === 0) return []
  if (elementType([...stored, ...patch]) !== 'object') {
    return arrange([...new Set([...stored, ...patch])], patch, stored, (item) => item)
  }
  const { mergeKey } = merge
  if (mergeKey === undefined) throw new StrategicPatchError('cannot merge lists without merge key for struct')
  const change = readChange(patch.filter(isObject), mergeKey)
  const kept = change.replaces
    ? change.elements
    : stored.filter(isObject).filter((element) => !change.deleted.has(keyOf(element, mergeKey)))
  const merged = kept.map((element) => cloneJson(element))
  for (const element of change.replaces ? [] : change.elements) {
    const key = requireKey(element, mergeKey)
    const index = merged.findIndex((candidate) => keyOf(candidate, mergeKey) === key)
    const found = merged[index]
    if (found === undefined) merged.push(cloneJson(element))
    else merged[index] = merge.mergeElement(found, element)
  }
  return arrange(merged, change.replaces ? [] : change.elements, kept, (item) => requireKey(item, mergeKey))
}

interface ListChange {
  readonly elements: JsonObject[]
  /** Merge keys of the elements with `$patch: delete`. */
  readonly deleted: ReadonlySet<Json | undefined>
  /** An element with `$patch: replace` makes the patch replace the whole list. */
  readonly replaces: boolean
}

function readChange(patch: readonly JsonObject[], mergeKey: string): ListChange {
  const elements: JsonObject[] = []
  const deleted = new Set<Json | undefined>()
  let replaces = false
  for (const element of patch) {
    const directive = directiveOf(element)
    if (directive === undefined) elements.push(element)
    else if (directive === 'delete') deleted.add(requireKey(element, mergeKey))
    else if (directive === 'replace') replaces = true
    else if (directive === 'merge') {
      throw new StrategicPatchError('merging lists cannot yet be specified in the patch')
    } else throw unknownDirective(directive, element)
  }
  return { elements, deleted, replaces }
}

/** `$deleteFromPrimitiveList` takes scalars out, whatever the field's strategy is. */
export function deleteFromList(stored: readonly Json[], patch: readonly Json[], merge: ListMerge): Json[] {
  if (stored.length === 0 && patch.length === 0) return []
  if (elementType([...stored, ...patch]) === 'object') return mergeList(stored, patch, merge)
  return stored.filter((item) => !patch.includes(item))
}

/**
 * The order of the store that `$setElementOrder` falls back to. Upstream's slices alias, so that new elements stand where the
 * list ended before elements were deleted from it; kubectl apply shows that, and so it is kept.
 */
export function storedOrder(stored: readonly Json[], patch: readonly Json[], { mergeKey }: ListMerge): readonly Json[] {
  if (mergeKey === undefined) return stored
  const change = readChange(patch.filter(isObject), mergeKey)
  if (change.replaces || change.deleted.size === 0) return stored
  const kept = stored.filter(isObject).filter((element) => !change.deleted.has(keyOf(element, mergeKey)))
  const known = new Set(kept.map((element) => keyOf(element, mergeKey)))
  const added = change.elements.filter((element) => !known.has(keyOf(element, mergeKey)))
  return [...kept, ...added].slice(0, stored.length)
}

/** Orders a merged list as `$setElementOrder` demands; elements that it does not name stay where the server had them. */
export function orderList(
  list: readonly Json[],
  patch: readonly Json[] | undefined,
  order: readonly Json[],
  stored: readonly Json[],
  { mergeKey }: ListMerge,
): Json[] {
  const identity = (item: Json) => (mergeKey === undefined ? item : requireKey(item, mergeKey))
  checkOrder(patch ?? [], order, identity)
  elementType([...stored, ...(patch ?? [])])
  return arrange(list, order, stored, identity)
}

/** The patch's elements must be among those of the order, in the same order. */
function checkOrder(patch: readonly Json[], order: readonly Json[], identity: (item: Json) => Json | undefined): void {
  const items = patch.filter((item) => directiveOf(item) !== 'delete')
  if (patch.length === 0 || order.length === 0) return
  let index = 0
  let place = 0
  while (index < items.length && place < order.length) {
    const item = items[index] ?? null
    if (directiveOf(item) !== undefined) index++
    else if (identity(item) === identity(order[place++] ?? null)) index++
  }
  if (index === items.length) return
  const shown = `${goMap([...patch])}\n doesn't match $setElementOrder list:\n${goMap([...order])}`
  throw new StrategicPatchError(`The order in patch list:\n${shown}\n`)
}

/** Elements named by `order` in that order; the others in their stored order, each before what it preceded in the store. */
function arrange(
  list: readonly Json[],
  order: readonly Json[],
  stored: readonly Json[],
  identity: (item: Json) => Json | undefined,
): Json[] {
  const wanted = indexOf(order, identity)
  const before = indexOf(stored, identity)
  const rank = (item: Json, ranks: ReadonlyMap<Json | undefined, number>) => ranks.get(identity(item)) ?? -1
  const named = list.filter((item) => wanted.has(identity(item))).sort((a, b) => rank(a, wanted) - rank(b, wanted))
  const others = list.filter((item) => !wanted.has(identity(item))).sort((a, b) => rank(a, before) - rank(b, before))
  const arranged: Json[] = []
  let next = 0
  for (const item of named) {
    const place = rank(item, before)
    for (; next < others.length && rank(others[next] ?? null, before) < place; next++)
      arranged.push(others[next] ?? null)
    arranged.push(item)
  }
  return [...arranged, ...others.slice(next)]
}

function indexOf(
  list: readonly Json[],
  identity: (item: Json) => Json | undefined,
): ReadonlyMap<Json | undefined, number> {
  const indexes = new Map<Json | undefined, number>()
  for (const [index, item] of list.entries()) {
    const key = identity(item)
    if (!indexes.has(key)) indexes.set(key, index)
  }
  return indexes
}

function keyOf(element: JsonObject, mergeKey: string): Json | undefined {
  return getKey(element, mergeKey)
}

function requireKey(element: Json, mergeKey: string): Json {
  if (!isObject(element)) {
    throw new StrategicPatchError(`expected a map[string]interface {}, but received a ${typeof element}`)
  }
  const key = keyOf(element, mergeKey)
  if (key !== undefined) return key
  throw new StrategicPatchError(`map: ${goMap(element)} does not contain declared merge key: ${mergeKey}`)
}

/** All elements must be of one type, which must not be a list. */
function elementType(items: readonly Json[]): string {
  const types = new Set(items.map((item) => (item === null ? 'null' : Array.isArray(item) ? 'array' : typeof item)))
  const [type] = types
  if (type === undefined) throw new StrategicPatchError('no elements in any of the given slices')
  if (type === 'array') throw new StrategicPatchError(PATCH_DOES_NOT_APPLY.error)
  if (types.size > 1) throw new StrategicPatchError(`list element types are not identical: ${goMap([[...items]])}`)
  return type
}
