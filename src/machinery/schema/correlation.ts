/** Which part of the old object a part of the new one was (apiserver/pkg/cel/common.CorrelatedObject). */
import type { Json, JsonObject } from '../object.ts'
import { canonicalJson } from './canonical-json.ts'
import { listMapKey } from './list-type.ts'
import { type StructuralSchema, schemaOfField } from './structural-schema.ts'

export interface Correlation {
  readonly old: Json
  /** The structural schema of both: it says how items of a list are matched. */
  readonly schema: StructuralSchema
}

export function correlatedField({ old, schema }: Correlation, key: string): Correlation | undefined {
  if (typeof old !== 'object' || old === null || Array.isArray(old) || !Object.hasOwn(old, key)) return undefined
  const field = schemaOfField(schema, key)
  return field && { old: old[key] as Json, schema: field }
}

/** Only the items of a list of type map have an identity. */
export function correlatedItem({ old, schema }: Correlation, item: Json): Correlation | undefined {
  if (schema.listType !== 'map' || schema.items === undefined || !Array.isArray(old) || !isObject(item))
    return undefined
  const key = canonicalJson(listMapKey(schema.listMapKeys, item))
  const match = old.find((other) => isObject(other) && canonicalJson(listMapKey(schema.listMapKeys, other)) === key)
  return match === undefined ? undefined : { old: match, schema: schema.items }
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
