/** The type of a custom resource, from its structural schema (kube-openapi/pkg/schemaconv/openapi.go). */
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { objectMetaType } from './built-in-type.ts'
import { DEDUCED, type FieldType, type ListType, type MapType, type ScalarType, UNTYPED } from './field-type.ts'

const types = new WeakMap<StructuralSchema, FieldType>()

/** A resource whose schema says nothing: its fields are deduced from what is there. */
const UNKNOWN: FieldType = { map: { fields: new Map(), element: DEDUCED, atomic: false } }

/** Compiled once for a schema, which is shared by all that serve it. */
export function typeOfSchema(schema: StructuralSchema | undefined): FieldType {
  if (schema === undefined) return UNKNOWN
  let type = types.get(schema)
  if (type === undefined) {
    type = { ...compile(schema, false), map: withObjectFields(mapOf(schema, false)) }
    types.set(schema, type)
  }
  return type
}

function withObjectFields(map: MapType): MapType {
  const fields = new Map(map.fields)
  fields.set('apiVersion', { scalar: 'string' }).set('kind', { scalar: 'string' }).set('metadata', objectMetaType())
  return { ...map, fields }
}

/** `preserving`: something above has x-kubernetes-preserve-unknown-fields, which holds for all below. */
function compile(schema: StructuralSchema, preserving: boolean): FieldType {
  switch (schema.type) {
    case '':
      return { scalar: 'untyped', list: listOf(schema, preserving), map: mapOf(schema, preserving) }
    case 'object':
      return { map: mapOf(schema, preserving) }
    case 'array':
      return { list: listOf(schema, preserving) }
    default:
      return { scalar: scalarOf(schema) }
  }
}

function scalarOf({ type, format }: StructuralSchema): ScalarType {
  if (type === 'integer' || type === 'number') return 'numeric'
  if (type === 'boolean') return 'boolean'
  return type === 'string' && (format === '' || format === 'byte') ? 'string' : 'untyped'
}

function listOf(schema: StructuralSchema, preserving: boolean): ListType {
  const { items, listType, listMapKeys, preserveUnknownFields } = schema
  return {
    element: items === undefined ? UNTYPED : compile(items, preserving || preserveUnknownFields === true),
    associative: listType === 'set' || listType === 'map',
    keys: listType === 'map' ? listMapKeys : [],
  }
}

function mapOf(schema: StructuralSchema, preserving: boolean): MapType {
  const preserves = preserving || schema.preserveUnknownFields === true
  const fields = new Map<string, FieldType>()
  for (const [name, property] of schema.properties ?? []) {
    const type = compile(property, preserves)
    fields.set(name, property.default === undefined ? type : { ...type, default: property.default })
  }
  const map = { fields, element: elementOf(schema, preserves), atomic: schema.mapType === 'atomic' }
  return schema.embeddedResource ? withObjectFields(map) : map
}

function elementOf({ additionalProperties, properties }: StructuralSchema, preserves: boolean): FieldType | undefined {
  if (typeof additionalProperties === 'object') return compile(additionalProperties, preserves)
  if (additionalProperties !== undefined) return additionalProperties ? DEDUCED : undefined
  return preserves || properties === undefined || properties.size === 0 ? DEDUCED : undefined
}
