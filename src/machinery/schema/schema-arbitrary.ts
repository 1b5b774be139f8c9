/** Structural schemas and values for them, for tests. */
import fc from 'fast-check'
import type { Json } from '../object.ts'
import { parseStructuralSchema } from './structural.ts'
import type { StructuralSchema } from './structural-schema.ts'

/** A schema that is known to be structural. */
export function parsed(json: unknown): StructuralSchema {
  const result = parseStructuralSchema(json, 'schema')
  if (!result.ok) throw new Error(JSON.stringify(result.causes))
  return result.value
}

const KEYS = ['a', 'b', 'c'] as const

interface Pair {
  readonly schema: Record<string, Json>
  /** Valid for the schema, without unknown fields. */
  readonly value: Json
}

function scalar(): fc.Arbitrary<Pair> {
  return fc.oneof(
    fc.record({ value: fc.integer(), withDefault: fc.boolean() }).map(({ value, withDefault }) => ({
      schema: { type: 'integer', maximum: value, ...(withDefault ? { default: value } : {}) },
      value,
    })),
    fc.record({ value: fc.string(), withDefault: fc.boolean() }).map(({ value, withDefault }) => ({
      schema: { type: 'string', maxLength: value.length, ...(withDefault ? { default: value } : {}) },
      value,
    })),
    fc.boolean().map((value) => ({ schema: { type: 'boolean', nullable: true }, value: value ? value : null })),
  )
}

function anything(depth: number): fc.Arbitrary<Pair> {
  if (depth === 0) return scalar()
  return fc.oneof(
    scalar(),
    anything(depth - 1).map(({ schema, value }) => ({ schema: { type: 'array', items: schema }, value: [value] })),
    anything(depth - 1).map(({ schema, value }) => ({
      schema: { type: 'object', additionalProperties: schema },
      value: { key: value },
    })),
    object(depth - 1),
  )
}

function object(depth: number): fc.Arbitrary<Pair & { readonly value: Record<string, Json> }> {
  const fields = fc.uniqueArray(fc.tuple(fc.constantFrom(...KEYS), anything(depth), fc.boolean()), {
    selector: ([key]) => key,
    minLength: 1,
  })
  return fc.record({ fields, preserve: fc.boolean() }).map(({ fields, preserve }) => ({
    schema: {
      type: 'object',
      properties: Object.fromEntries(fields.map(([key, field]) => [key, field.schema])),
      required: fields.filter(([, , required]) => required).map(([key]) => key),
      ...(preserve ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    },
    value: Object.fromEntries(fields.map(([key, field]) => [key, field.value])),
  }))
}

/** Values are mostly valid: some lack fields, some have unknown ones, and some fields are null. */
export function schemaAndValue(): fc.Arbitrary<{ schema: StructuralSchema; value: Record<string, Json> }> {
  return fc
    .record({
      pair: object(2),
      dropped: fc.option(fc.constantFrom(...KEYS), { nil: undefined }),
      nulled: fc.option(fc.constantFrom(...KEYS), { nil: undefined }),
      unknown: fc.option(fc.jsonValue({ maxDepth: 2 }), { nil: undefined }),
    })
    .map(({ pair, dropped, nulled, unknown }) => {
      const value = structuredClone(pair.value)
      if (dropped !== undefined) delete value[dropped]
      if (nulled !== undefined && nulled in value) value[nulled] = null
      if (unknown !== undefined) value.unknown = JSON.parse(JSON.stringify(unknown)) as Json
      return { schema: parsed(pair.schema), value }
    })
}
