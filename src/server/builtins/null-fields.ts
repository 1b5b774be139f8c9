/**
 * Go's decoder takes a null for an absent field, and Go's clients write nulls for empty lists (`rules: null`). Structural
 * schemas refuse them, so built-in kinds lose theirs first.
 */
import type { StructuralSchema } from '../../machinery/index.ts'
import { type Fields, isFields } from './untyped.ts'

export function dropNullFields(schema: StructuralSchema, value: unknown): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) dropNullFields(schema.items, item)
  } else if (isFields(value) && schema.preserveUnknownFields !== true) {
    for (const key of Object.keys(value)) dropNullField(schema, value, key)
  }
}

function dropNullField(schema: StructuralSchema, owner: Fields, key: string): void {
  const property = schema.properties?.get(key)
  const { additionalProperties } = schema
  const field = property ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
  if (owner[key] !== null) {
    if (field !== undefined) dropNullFields(field, owner[key])
  } else if (property === undefined && field?.type === 'string') {
    // A map's key exists, whatever its value: it gets the empty one.
    owner[key] = ''
  } else {
    delete owner[key]
  }
}
