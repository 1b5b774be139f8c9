/**
 * Strategic merge patch (apimachinery/pkg/util/strategicpatch): a merge patch that knows which lists are sets or maps.
 * For built-in types alone; custom resources have no such knowledge and upstream answers 415.
 */
import type { Json, JsonObject } from '../object.ts'
import { cloneJson, getKey, isObject, setKey } from './json-value.ts'
import { type PatchError, type PatchResult, patchFailed } from './patch-result.ts'
import type { PatchField, PatchSchema } from './patch-schema.ts'
import {
  DELETE_FROM_PRIMITIVE_LIST,
  directiveOf,
  PATCH_DIRECTIVE,
  RETAIN_KEYS,
  SET_ELEMENT_ORDER,
  StrategicPatchError,
  unknownDirective,
  withoutDirectives,
  withoutNulls,
} from './strategic-directives.ts'
import { deleteFromList, type ListMerge, mergeList, orderList, storedOrder } from './strategic-list.ts'

const DIRECTIVES = [RETAIN_KEYS, DELETE_FROM_PRIMITIVE_LIST, SET_ELEMENT_ORDER]
const RETAIN_KEYS_FORMAT: PatchError = { code: 400, message: 'invalid patch format of retainKeys' }

export function applyStrategicMergePatch(
  document: JsonObject,
  patch: Json,
  schema: PatchSchema,
): PatchResult<JsonObject> {
  if (!isObject(patch)) return patchFailed(400, 'invalid JSON document')
  try {
    return { ok: true, value: mergeObject(document, patch, schema) }
  } catch (error) {
    if (error instanceof StrategicPatchError) return { ok: false, error: error.answer }
    throw error
  }
}

function mergeObject(document: JsonObject, patch: JsonObject, schema: PatchSchema): JsonObject {
  const directive = directiveOf(patch)
  if (directive === 'replace') {
    const { [PATCH_DIRECTIVE]: _, ...rest } = patch
    return cloneJson(rest)
  }
  if (directive === 'delete') return {}
  if (directive !== undefined) throw unknownDirective(directive, patch)
  const merged = retained(document, patch)
  const ordered = new Set(orderLists(merged, patch, schema))
  for (const [name, value] of Object.entries(patch)) {
    if (name === RETAIN_KEYS || name.startsWith(SET_ELEMENT_ORDER) || ordered.has(name)) continue
    mergeField(merged, name, value, schema)
  }
  return merged
}

/** `$retainKeys` lists what may stay: a union's other members go. */
function retained(document: JsonObject, patch: JsonObject): JsonObject {
  const merged = cloneJson(document)
  const keep = getKey(patch, RETAIN_KEYS)
  if (keep === undefined) return merged
  if (!Array.isArray(keep)) throw new StrategicPatchError(RETAIN_KEYS_FORMAT)
  for (const [name, value] of Object.entries(patch)) {
    if (value !== null && !DIRECTIVES.some((directive) => name.startsWith(directive)) && !keep.includes(name))
      throw new StrategicPatchError(RETAIN_KEYS_FORMAT)
  }
  for (const name of Object.keys(merged)) if (!keep.includes(name)) delete merged[name]
  return merged
}

/** Merges each list that `$setElementOrder/<name>` speaks of and orders it. Returns the names of the lists it dealt with. */
function orderLists(merged: JsonObject, patch: JsonObject, schema: PatchSchema): string[] {
  const done: string[] = []
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(SET_ELEMENT_ORDER)) continue
    if (!Array.isArray(order))
      throw new StrategicPatchError(`expected a []interface {}, but received a ${goType(order)}`)
    const name = listName(directive, SET_ELEMENT_ORDER, 'setElementOrder list')
    const stored = listOrAbsent(merged, name)
    const change = listOrAbsent(patch, name)
    const merge = listMergeOf(name, schema)
    if (stored === undefined && change === undefined) continue
    const merging = stored !== undefined && change !== undefined
    const list = merging
      ? mergeListField(stored, change, merge)
      : (stored ?? (withoutDirectives(change ?? []) as Json[]))
    const before = merging ? storedOrder(stored, change, merge) : (stored ?? [])
    setKey(merged, name, orderList(list, change, order, before, merge))
    done.push(name)
  }
  return done
}

function mergeField(merged: JsonObject, name: string, patch: Json, schema: PatchSchema): void {
  const deletes = name.startsWith(DELETE_FROM_PRIMITIVE_LIST)
  const key = deletes ? listName(name, DELETE_FROM_PRIMITIVE_LIST, 'primitive list') : name
  const current = getKey(merged, key)
  if (patch === null) {
    delete merged[key]
  } else if (isObject(current) && isObject(patch)) {
    const field = fieldOf(key, schema)
    const replaced = field.strategy === 'replace'
    setKey(
      merged,
      key,
      replaced ? cloneJson(patch) : mergeObject(current, patch, field.list ? LIST_SCHEMA : field.schema),
    )
  } else if (Array.isArray(current) && Array.isArray(patch)) {
    const merge = listMergeOf(key, schema)
    setKey(merged, key, deletes ? deleteFromList(current, patch, merge) : mergeListField(current, patch, merge))
  } else if (!deletes) {
    // A scalar takes the value as it is; whatever is new or changes its type comes without nulls and directives.
    const value = withoutDirectives(withoutNulls(patch))
    if (value === undefined) delete merged[key]
    else setKey(merged, key, value)
  }
}

function mergeListField(stored: Json[], patch: Json[], merge: ListMerge): Json[] {
  return merge.strategy === 'merge' ? mergeList(stored, patch, merge) : cloneJson(patch)
}

const LIST_SCHEMA: PatchSchema = { name: 'slice', isStruct: false, field: () => undefined }

function fieldOf(name: string, schema: PatchSchema): PatchField {
  const field = schema.field(name)
  if (field !== undefined) return field
  throw new StrategicPatchError(
    schema.isStruct
      ? `unable to find api field in struct ${schema.name} for the json field "${name}"`
      : `merging an object in json but data type is not struct, instead is: ${schema.name}`,
  )
}

function listMergeOf(name: string, schema: PatchSchema): ListMerge {
  const field = fieldOf(name, schema)
  if (!field.list) throw new StrategicPatchError('expected slice or array type, but got: struct')
  const mergeElement = (element: JsonObject, patch: JsonObject) => mergeObject(element, patch, field.schema)
  return { strategy: field.strategy, mergeKey: field.mergeKey, mergeElement }
}

/** `$setElementOrder/finalizers` is about `finalizers`. */
function listName(directive: string, prefix: string, what: string): string {
  const slash = directive.indexOf('/')
  if (slash < 0 || directive.slice(0, slash) !== prefix) {
    throw new StrategicPatchError({ code: 400, message: `invalid patch format of ${what}` })
  }
  return directive.slice(slash + 1)
}

function listOrAbsent(object: JsonObject, name: string): Json[] | undefined {
  const value = getKey(object, name)
  if (value === undefined || Array.isArray(value)) return value
  throw new StrategicPatchError(`expected a []interface {}, but received a ${goType(value)}`)
}

function goType(value: Json): string {
  if (value === null) return '%!s(<nil>)'
  if (isObject(value)) return 'map[string]interface {}'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return typeof value === 'boolean' ? 'bool' : 'string'
}
