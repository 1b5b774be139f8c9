/** A patched object as kube-apiserver shows it: JSON whose fields have the order that Go gives them. */
import { isDeepStrictEqual } from 'node:util'
import { compareText, goJson, type Json, type JsonObject } from '../../machinery/index.ts'
import { isFields } from '../builtins/untyped.ts'

/** Structs of built-in kinds are written in the order of their fields (apimachinery/pkg/apis/meta/v1/types.go). */
const METADATA = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
]
const MANAGER = ['manager', 'operation', 'apiVersion', 'time', 'fieldsType', 'fieldsV1', 'subresource']

/**
 * Objects that the patch went into have their fields in the order of the alphabet, and so has all of a custom resource.
 *
 * @param base what the patch was applied to, for a built-in kind
 */
export function patchedText(value: JsonObject, base: JsonObject | undefined): string {
  return goJson(base === undefined ? sorted(value) : touched(value, withOrder(base)))
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isFields(value)) return value
  return Object.fromEntries(keysOf(value).map((key) => [key, sorted(value[key] ?? null)]))
}

function touched(value: Json, base: Json | undefined): Json {
  if (isDeepStrictEqual(value, base)) return base ?? null
  if (!isFields(value)) return value
  const before = isFields(base) ? base : {}
  return Object.fromEntries(keysOf(value).map((key) => [key, touched(value[key] ?? null, before[key])]))
}

function keysOf(value: JsonObject): string[] {
  return Object.keys(value).sort(compareText)
}

function withOrder({ metadata, ...rest }: JsonObject): JsonObject {
  if (!isFields(metadata)) return rest
  const { managedFields } = metadata
  const managers = Array.isArray(managedFields)
    ? { managedFields: managedFields.map((one) => inOrder(one, MANAGER)) }
    : {}
  return { ...rest, metadata: inOrder({ ...metadata, ...managers }, METADATA) }
}

function inOrder(value: Json, fields: readonly string[]): Json {
  if (!isFields(value)) return value
  return Object.fromEntries(
    fields.flatMap((field) => (value[field] === undefined ? [] : [[field, value[field]] as const])),
  )
}
