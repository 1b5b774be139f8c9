/** FieldsV1: a set of fields as metadata.managedFields holds it (structured-merge-diff/fieldpath/serialize.go). */
import type { JsonObject } from '../object.ts'
import type { Result } from '../result.ts'
import { type FieldNode, type FieldSet, type FieldSetBuilder, NO_FIELDS, sortedNodes } from './field-set.ts'
import { parseElement } from './path-element.ts'
import { isObject } from './value.ts'

/** Marks a node as a member itself, besides what lies below it. */
const SELF = '.'

/** Keys are in upstream's order. */
export function encodeFieldsV1(set: FieldSet): JsonObject {
  return addNodes({}, set)
}

function addNodes(into: JsonObject, set: FieldSet): JsonObject {
  for (const [element, node] of sortedNodes(set)) into[element] = encodeNode(node)
  return into
}

function encodeNode({ member, children }: FieldNode): JsonObject {
  if (children === undefined) return {}
  return addNodes(member ? { [SELF]: {} } : {}, children)
}

/** Elements of a kind that is not known are left out, as upstream does. */
export function decodeFieldsV1(fields: unknown): Result<FieldSet, string> {
  if (fields === undefined || fields === null) return { ok: true, value: NO_FIELDS }
  if (!isObject(fields)) return { ok: false, error: 'fieldsV1 must be an object' }
  const set: FieldSetBuilder = new Map()
  const wrong = readNodes(fields, set)
  return wrong === undefined ? { ok: true, value: set } : { ok: false, error: wrong }
}

function readNodes(fields: JsonObject, into: FieldSetBuilder): string | undefined {
  for (const key of Object.keys(fields)) {
    if (key === SELF) continue
    const parsed = parseElement(key)
    if (!parsed.ok) return `parsing key as path element: ${parsed.error}`
    if (parsed.value === undefined) continue
    const below = fields[key]
    if (!isObject(below)) return `expect { or n, but found ${JSON.stringify(below)}`
    const children: FieldSetBuilder = new Map()
    const wrong = readNodes(below, children)
    if (wrong !== undefined) return wrong
    const hasChildren = children.size > 0
    into.set(parsed.value, {
      member: !hasChildren || Object.hasOwn(below, SELF),
      children: hasChildren ? children : undefined,
    })
  }
  return undefined
}
