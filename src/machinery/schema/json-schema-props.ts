/**
 * The JSON of JSONSchemaProps, decoded as Go decodes it (unknown keywords are ignored, null is absent) and converted as
 * NewStructural of apiextensions-apiserver/pkg/apiserver/schema does.
 */
import type { StatusCause } from '../errors.ts'
import { fieldInvalid, fieldTypeInvalid } from '../names/field-error.ts'
import type { Json, JsonObject } from '../object.ts'
import { sortedKeys } from './canonical-json.ts'
import { childPath, indexPath, keyPath } from './field-path.ts'
import { isCheckedFormat } from './formats.ts'
import type { StructuralSchema, ValidationRule } from './structural-schema.ts'

/** Keywords that JSONSchemaProps knows and no schema of a CustomResourceDefinition may use, in upstream's order. */
const FORBIDDEN = [
  'id',
  'additionalItems',
  'patternProperties',
  'definitions',
  'dependencies',
  '$ref',
  '$schema',
] as const

/** Deeper schemas than this are nobody's; without a limit they would exhaust the stack. */
const MAX_DEPTH = 200

interface Decoding {
  readonly causes: StatusCause[]
}

/** Decodes one schema. Malformed keywords are added to `causes` and read as absent. */
export function decodeSchema(json: Json, path: string, causes: StatusCause[]): StructuralSchema {
  return decode(json, path, { causes }, 0)
}

function decode(json: Json, path: string, decoding: Decoding, depth: number): StructuralSchema {
  const source = read(json, path, 'object', decoding) ?? {}
  if (depth > MAX_DEPTH) {
    decoding.causes.push(fieldInvalid(path, '', `must not be nested more than ${MAX_DEPTH} levels deep`))
    return decode({}, path, decoding, 0)
  }
  const at = (keyword: string) => childPath(path, keyword)
  const text = (keyword: string) => read(source[keyword], at(keyword), 'string', decoding) ?? ''
  const number = (keyword: string) => read(source[keyword], at(keyword), 'number', decoding)
  const integer = (keyword: string) => read(source[keyword], at(keyword), 'integer', decoding)
  const flag = (keyword: string) => read(source[keyword], at(keyword), 'boolean', decoding) ?? false
  const list = (keyword: string) => read(source[keyword], at(keyword), 'array', decoding) ?? []
  const texts = (keyword: string) =>
    list(keyword).map((item, index) => read(item, indexPath(at(keyword), index), 'string', decoding) ?? '')
  const nested = (value: Json, where: string) => decode(value, where, decoding, depth + 1)
  const schemas = (keyword: string) => list(keyword).map((item, index) => nested(item, indexPath(at(keyword), index)))
  const one = (keyword: string) => (isPresent(source[keyword]) ? nested(source[keyword], at(keyword)) : undefined)

  const type = text('type')
  const format = text('format')
  const intOrString = flag('x-kubernetes-int-or-string')
  const items = Array.isArray(source.items) ? undefined : one('items')
  const properties = decodeProperties(source.properties, at('properties'), decoding, depth)
  const additional = source.additionalProperties
  const additionalProperties = typeof additional === 'boolean' ? additional : one('additionalProperties')
  const embeddedResource = flag('x-kubernetes-embedded-resource')
  const listType = read(source['x-kubernetes-list-type'], at('x-kubernetes-list-type'), 'string', decoding)
  const below = [...(properties?.values() ?? []), items, additionalProperties].filter(
    (schema) => typeof schema === 'object',
  )
  return {
    type,
    types: intOrString ? ['integer', 'string'] : type === '' ? [] : [type],
    title: text('title'),
    description: text('description'),
    default: source.default ?? undefined,
    nullable: flag('nullable'),
    format,
    checkedFormat: isCheckedFormat(type, format) ? format : '',
    maximum: number('maximum'),
    exclusiveMaximum: flag('exclusiveMaximum'),
    minimum: number('minimum'),
    exclusiveMinimum: flag('exclusiveMinimum'),
    multipleOf: number('multipleOf'),
    maxLength: integer('maxLength'),
    minLength: integer('minLength'),
    pattern: text('pattern'),
    maxItems: integer('maxItems'),
    minItems: integer('minItems'),
    uniqueItems: flag('uniqueItems'),
    maxProperties: integer('maxProperties'),
    minProperties: integer('minProperties'),
    required: texts('required'),
    enum: list('enum'),
    items,
    properties,
    additionalProperties,
    allOf: schemas('allOf'),
    oneOf: schemas('oneOf'),
    anyOf: schemas('anyOf'),
    not: one('not'),
    preserveUnknownFields: isPresent(source['x-kubernetes-preserve-unknown-fields'])
      ? flag('x-kubernetes-preserve-unknown-fields')
      : undefined,
    embeddedResource,
    intOrString,
    listType,
    listMapKeys: texts('x-kubernetes-list-map-keys'),
    mapType: read(source['x-kubernetes-map-type'], at('x-kubernetes-map-type'), 'string', decoding),
    validations: list('x-kubernetes-validations').map((rule, index) =>
      decodeRule(rule, indexPath(at('x-kubernetes-validations'), index), decoding),
    ),
    forbidden: forbiddenKeywords(source),
    defaulted: [...(properties ?? [])].filter(([, property]) => property.default !== undefined),
    holdsEmbeddedResource: embeddedResource || below.some((schema) => schema.holdsEmbeddedResource),
    holdsUniqueList: listType === 'set' || listType === 'map' || below.some((schema) => schema.holdsUniqueList),
  }
}

/** No properties at all are the same as none specified. */
function decodeProperties(
  json: Json | undefined,
  path: string,
  decoding: Decoding,
  depth: number,
): Map<string, StructuralSchema> | undefined {
  const entries = Object.entries(read(json, path, 'object', decoding) ?? {})
  if (entries.length === 0) return undefined
  return new Map(entries.map(([key, schema]) => [key, decode(schema, keyPath(path, key), decoding, depth + 1)]))
}

function decodeRule(json: Json, path: string, decoding: Decoding): ValidationRule {
  const source = read(json, path, 'object', decoding) ?? {}
  const texts = ['rule', 'message', 'messageExpression', 'reason', 'fieldPath'].flatMap((field) => {
    const text = read(source[field], childPath(path, field), 'string', decoding)
    return text === undefined ? [] : [[field, text] as const]
  })
  const optionalOldSelf = read(source.optionalOldSelf, childPath(path, 'optionalOldSelf'), 'boolean', decoding)
  return { rule: '', ...Object.fromEntries(texts), ...(optionalOldSelf === undefined ? {} : { optionalOldSelf }) }
}

function forbiddenKeywords(source: JsonObject): string[] {
  const found: string[] = FORBIDDEN.filter((keyword) => {
    const value = source[keyword]
    if (!isPresent(value) || value === '') return false
    const isMap = keyword === 'patternProperties' || keyword === 'definitions'
    return !isMap || Object.keys(value as JsonObject).length > 0
  })
  if (Array.isArray(source.items)) found.push('items')
  return found
}

function isPresent(value: Json | undefined): value is Json {
  return value !== undefined && value !== null
}

interface Types {
  string: string
  number: number
  integer: number
  boolean: boolean
  array: Json[]
  object: JsonObject
}

function isOfType(value: Json, type: keyof Types): boolean {
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return typeof value === 'object' && !Array.isArray(value)
  if (type === 'integer') return Number.isInteger(value)
  return typeof value === type
}

/** The value where it has the type; upstream refuses others when it decodes, with 400 and no field. */
function read<T extends keyof Types>(
  value: Json | undefined,
  path: string,
  type: T,
  { causes }: Decoding,
): Types[T] | undefined {
  if (!isPresent(value)) return undefined
  if (isOfType(value, type)) return value as Types[T]
  causes.push(fieldTypeInvalid(path, sortedKeys(value), `must be of type ${type}`))
  return undefined
}
