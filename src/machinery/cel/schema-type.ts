/**
 * What a structural schema declares to expressions: types, and how large values may be
 * (apiserver/pkg/cel/common/schemas.go). What has no type of its own is not declared at all.
 */
import { additionalSchema, type StructuralSchema } from '../schema/structural-schema.ts'
import { escapeFieldName } from './field-name.ts'
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listType,
  mapType,
  objectType,
  STRING,
  TIMESTAMP,
  type Type,
} from './type.ts'

export interface SchemaType {
  /** Of what has neither fields nor elements. */
  readonly scalar?: Type
  /** The most items, entries, bytes or characters that a value may have. */
  readonly maxElements: number
  /** The least bytes that a value takes as JSON. */
  readonly minSize: number
  /** Of objects, by their escaped names. */
  readonly fields?: ReadonlyMap<string, SchemaType>
  readonly element?: SchemaType
  readonly key?: SchemaType
}

/** Bytes of the largest request (apis/cel/config.go). */
export const MAX_REQUEST = 3 * 1024 * 1024

const TIME_SIZE = 32
const DATE_SIZE = 12
const MIN_DURATION_SIZE = 3
const MIN_TIME_SIZE = 21
const MIN_STRING_SIZE = 2

const STRING_KEY: SchemaType = { scalar: STRING, maxElements: 0, minSize: MIN_STRING_SIZE }

const PLAIN_STRING = { type: 'string', format: '', maxLength: undefined, enum: [] } as const

/** The type that expressions know; those of its fields and elements are named after it. */
export function declaredType({ scalar, fields, element, key }: SchemaType, name: string): Type {
  if (scalar !== undefined) return scalar
  if (element !== undefined && key !== undefined) return mapType(STRING, declaredType(element, `${name}.@elem`))
  if (element !== undefined) return listType(declaredType(element, `${name}.@idx`))
  const types = [...(fields ?? [])].map(([field, type]) => [field, declaredType(type, `${name}.${field}`)] as const)
  return objectType(name, new Map(types))
}

const withMetadataOf = new WeakMap<StructuralSchema, StructuralSchema>()

/** The root of a resource has a kind and a name whatever its schema says. */
export function withMetadata(schema: StructuralSchema): StructuralSchema {
  const known = withMetadataOf.get(schema)
  if (known !== undefined) return known
  const made = addMetadata(schema)
  withMetadataOf.set(schema, made)
  return made
}

function addMetadata(schema: StructuralSchema): StructuralSchema {
  const { properties } = schema
  const metadata = properties?.get('metadata')
  const has = (fields: ReadonlyMap<string, StructuralSchema> | undefined, name: string): boolean => {
    return fields?.get(name)?.type === 'string'
  }
  const isWhole =
    has(properties, 'kind') &&
    has(properties, 'apiVersion') &&
    metadata?.type === 'object' &&
    has(metadata.properties, 'name') &&
    has(metadata.properties, 'generateName')
  if (isWhole) return schema
  const bare = { ...schema, ...EMPTY }
  const text: StructuralSchema = { ...bare, ...PLAIN_STRING }
  const names = new Map([
    ['name', text],
    ['generateName', text],
  ])
  const implied: [string, StructuralSchema][] = [
    ['kind', text],
    ['apiVersion', text],
    ['metadata', { ...bare, type: 'object', properties: names }],
  ]
  return { ...schema, properties: new Map([...(properties ?? []), ...implied]) }
}

/** What an implied schema does not take over from the one that it is implied by. */
const EMPTY = {
  properties: undefined,
  additionalProperties: undefined,
  items: undefined,
  required: [],
  default: undefined,
  nullable: false,
  embeddedResource: false,
  intOrString: false,
  preserveUnknownFields: undefined,
  validations: [],
} as const

export function schemaType(schema: StructuralSchema, isRoot: boolean): SchemaType | undefined {
  if (schema.intOrString) {
    const maxElements = schema.maxLength === undefined ? MAX_REQUEST - 2 : bytesOf(schema.maxLength)
    return { scalar: DYN, maxElements, minSize: 1 }
  }
  switch (schema.type) {
    case 'array':
      return arrayType(schema)
    case 'object':
      return objectSchemaType(isRoot ? withMetadata(schema) : schema)
    case 'string':
      return stringType(schema)
    case 'boolean':
      return { scalar: BOOL, maxElements: 0, minSize: 4 }
    case 'number':
      return { scalar: DOUBLE, maxElements: 0, minSize: 1 }
    case 'integer':
      return { scalar: INT, maxElements: 0, minSize: 1 }
    default:
      return undefined
  }
}

/** A character may take four bytes. */
function bytesOf(maxLength: number): number {
  return Math.max(0, maxLength) * 4
}

function arrayType({ items, maxItems }: StructuralSchema): SchemaType | undefined {
  const element = items && schemaType(items, items.embeddedResource)
  if (element === undefined) return undefined
  const maxElements =
    maxItems === undefined ? Math.floor((MAX_REQUEST - 2) / (element.minSize + 1)) : Math.max(0, maxItems)
  return { maxElements, minSize: 2, element }
}

function objectSchemaType(schema: StructuralSchema): SchemaType | undefined {
  const values = additionalSchema(schema)
  if (values !== undefined) {
    const element = schemaType(values, values.embeddedResource)
    if (element === undefined) return undefined
    const { maxProperties } = schema
    const maxElements =
      maxProperties === undefined ? Math.floor((MAX_REQUEST - 2) / (element.minSize + 6)) : Math.max(0, maxProperties)
    return { maxElements, minSize: 2, element, key: STRING_KEY }
  }
  const fields = new Map<string, SchemaType>()
  let minSize = 2
  for (const [key, property] of schema.properties ?? []) {
    const escaped = escapeFieldName(key)
    const field = schemaType(property, property.embeddedResource)
    if (field === undefined) continue
    if (escaped !== undefined) fields.set(escaped, field)
    // What has a default need not be sent.
    if (schema.required.includes(key) && property.default === undefined) minSize += key.length + field.minSize + 4
  }
  return { maxElements: 0, minSize, fields }
}

function stringType(schema: StructuralSchema): SchemaType {
  const { format, maxLength } = schema
  switch (format) {
    case 'byte':
      return {
        scalar: BYTES,
        maxElements: maxLength === undefined ? MAX_REQUEST - 2 : Math.max(0, maxLength),
        minSize: MIN_STRING_SIZE,
      }
    case 'duration':
      return { scalar: DURATION, maxElements: TIME_SIZE, minSize: MIN_DURATION_SIZE }
    case 'date':
      return { scalar: TIMESTAMP, maxElements: DATE_SIZE, minSize: DATE_SIZE }
    case 'date-time':
      return { scalar: TIMESTAMP, maxElements: TIME_SIZE, minSize: MIN_TIME_SIZE }
  }
  if (maxLength !== undefined) return { scalar: STRING, maxElements: bytesOf(maxLength), minSize: MIN_STRING_SIZE }
  const lengths = schema.enum.map((value) => (typeof value === 'string' ? Buffer.byteLength(value) : 0))
  const maxElements = lengths.length > 0 ? Math.max(...lengths) : MAX_REQUEST - 2
  return { scalar: STRING, maxElements, minSize: MIN_STRING_SIZE }
}
