/**
 * JSON Patch (RFC 6902) as kube-apiserver applies it, with the liberties of the library that it uses (evanphx/json-patch v4):
 * `replace` of an absent key adds it, `copy` of one copies null, `test` takes absent and null for equal, negative indices
 * count from the end, and whatever stands before a path's first slash is ignored.
 */
import type { Json, JsonObject } from '../object.ts'
import { cloneJson, equalJson, getKey, isObject, setKey } from './json-value.ts'
import { PATCH_DOES_NOT_APPLY, type PatchResult, patchFailed } from './patch-result.ts'

const MAX_OPERATIONS = 10_000
/** JSONPatchMaxCopyBytes of apiserver/pkg/server/config.go: copies can double a document with each operation. */
const MAX_COPIED_BYTES = 3 * 1024 * 1024

type Container = JsonObject | Json[]

/** Where an operation works: a key of an object, or an index of an array. */
interface Place {
  readonly container: Container
  readonly key: string
}

interface Document {
  root: Json
  copiedBytes: number
}

/** Applies the operations in order, to a copy. */
export function applyJsonPatch(document: Json, patch: Json): PatchResult {
  if (patch === null) return { ok: true, value: cloneJson(document) }
  if (!Array.isArray(patch)) {
    return patchFailed(400, `json: cannot unmarshal ${goType(patch)} into Go value of type jsonpatch.Patch`)
  }
  const wrong = patch.find((operation) => operation !== null && !isObject(operation))
  if (wrong !== undefined) {
    return patchFailed(400, `json: cannot unmarshal ${goType(wrong)} into Go value of type jsonpatch.Operation`)
  }
  if (patch.length > MAX_OPERATIONS) {
    const limit = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`
    return patchFailed(413, `Request entity too large: ${limit}`)
  }
  const work: Document = { root: cloneJson(document), copiedBytes: 0 }
  const applied = patch.every((operation) => isObject(operation) && applyOperation(work, operation))
  return applied ? { ok: true, value: work.root } : PATCH_DOES_NOT_APPLY
}

function goType(value: Json): string {
  if (typeof value === 'boolean') return 'bool'
  if (Array.isArray(value)) return 'array'
  return typeof value
}

/** False: the operation does not apply. */
function applyOperation(document: Document, operation: JsonObject): boolean {
  const { op, path, from, value } = operation
  if (typeof path !== 'string') return false
  switch (op) {
    case 'add':
      return add(document, path, cloneJson(value ?? null))
    case 'remove':
      return remove(document, path)
    case 'replace':
      return replace(document, path, cloneJson(value ?? null))
    case 'test':
      return test(document, path, value ?? null)
    case 'move':
      return typeof from === 'string' && move(document, from, path)
    case 'copy':
      return typeof from === 'string' && copy(document, from, path)
    default:
      return false
  }
}

function placeOf(document: Document, path: string): Place | undefined {
  const tokens = path.split('/').slice(1).map(unescapeToken)
  const key = tokens.pop()
  let current: Json | undefined = document.root
  for (const token of tokens) {
    current = isContainer(current) ? valueAt({ container: current, key: token }) : undefined
  }
  return key !== undefined && isContainer(current) ? { container: current, key } : undefined
}

function unescapeToken(token: string): string {
  return token.replace(/~[01]/g, (escaped) => (escaped === '~1' ? '/' : '~'))
}

function isContainer(value: Json | undefined): value is Container {
  return typeof value === 'object' && value !== null
}

/** An index from 0 up to, not including, `limit`; undefined when it is none or lies outside. */
function indexOf(key: string, limit: number): number | undefined {
  if (!/^[+-]?[0-9]+$/.test(key)) return undefined
  const number = Number(key)
  const index = number < 0 ? number + limit : number
  return index >= 0 && index < limit ? index : undefined
}

function valueAt({ container, key }: Place): Json | undefined {
  if (!Array.isArray(container)) return getKey(container, key)
  const index = indexOf(key, container.length)
  return index === undefined ? undefined : container[index]
}

/** An object gives null for an absent key, an array fails outside its bounds. */
function exists({ container, key }: Place): boolean {
  return !Array.isArray(container) || indexOf(key, container.length) !== undefined
}

function add(document: Document, path: string, value: Json): boolean {
  const place = placeOf(document, path)
  if (place === undefined) return false
  const { container, key } = place
  if (!Array.isArray(container)) {
    setKey(container, key, value)
    return true
  }
  const index = key === '-' ? container.length : indexOf(key, container.length + 1)
  if (index === undefined) return false
  container.splice(index, 0, value)
  return true
}

function remove(document: Document, path: string): boolean {
  const place = placeOf(document, path)
  if (place === undefined) return false
  const { container, key } = place
  if (!Array.isArray(container)) return Object.hasOwn(container, key) && delete container[key]
  const index = indexOf(key, container.length)
  return index !== undefined && container.splice(index, 1).length === 1
}

function replace(document: Document, path: string, value: Json): boolean {
  if (path === '') {
    if (!isContainer(value)) return false
    document.root = value
    return true
  }
  const place = placeOf(document, path)
  if (place === undefined || !exists(place)) return false
  const { container, key } = place
  if (Array.isArray(container)) container[indexOf(key, container.length) ?? 0] = value
  else setKey(container, key, value)
  return true
}

function test(document: Document, path: string, value: Json): boolean {
  if (path === '') return equalJson(document.root, value)
  const place = placeOf(document, path)
  return place !== undefined && exists(place) && equalJson(valueAt(place) ?? null, value)
}

function move(document: Document, from: string, path: string): boolean {
  const place = placeOf(document, from)
  const value = place === undefined ? undefined : valueAt(place)
  return value !== undefined && remove(document, from) && add(document, path, value)
}

function copy(document: Document, from: string, path: string): boolean {
  const place = placeOf(document, from)
  if (place === undefined || !exists(place)) return false
  const value = valueAt(place) ?? null
  document.copiedBytes += value === null ? 0 : Buffer.byteLength(JSON.stringify(value))
  return document.copiedBytes <= MAX_COPIED_BYTES && add(document, path, cloneJson(value))
}
