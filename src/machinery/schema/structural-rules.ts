/** What makes a schema structural (apiextensions-apiserver/pkg/apiserver/schema/validation.go), in upstream's words. */
import type { StatusCause } from '../errors.ts'
import { fieldForbidden, fieldInvalid, fieldRequired } from '../names/field-error.ts'
import { compareText } from '../names/go-text.ts'
import { childPath, indexPath, keyPath } from './field-path.ts'
import { compilePattern } from './pattern.ts'
import { completenessCauses } from './structural-completeness.ts'
import { additionalSchema, type StructuralSchema } from './structural-schema.ts'

type Level = 'root' | 'item' | 'field'

const EMPTY_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}

/** One cause per broken rule, sorted by field and message. */
export function structuralCauses(schema: StructuralSchema, path: string): StatusCause[] {
  const causes = [...invariantCauses(schema, 'root', path), ...completenessCauses(schema, path)]
  const text = (cause: StatusCause) => `${cause.field}: ${cause.message}`
  return causes.sort((left, right) => compareText(text(left), text(right)))
}

function invariantCauses(schema: StructuralSchema, level: Level, path: string): StatusCause[] {
  const causes: StatusCause[] = []
  if (schema.type === 'array' && schema.items === undefined) {
    causes.push(fieldRequired(childPath(path, 'items'), 'must be specified'))
  }
  if (schema.items !== undefined) causes.push(...invariantCauses(schema.items, 'item', childPath(path, 'items')))
  for (const [key, property] of schema.properties ?? []) {
    causes.push(...invariantCauses(property, 'field', keyPath(childPath(path, 'properties'), key)))
  }
  if (schema.additionalProperties !== undefined) {
    const at = childPath(path, 'additionalProperties')
    if (level === 'root') causes.push(fieldForbidden(at, 'must not be used at the root'))
    const additional = additionalSchema(schema)
    if (additional !== undefined) causes.push(...invariantCauses(additional, 'field', at))
  }
  causes.push(...extensionCauses(schema, path))
  const allowed = { anyOf: isIntOrString(schema.anyOf), allOf: isIntOrString(schema.allOf[0]?.anyOf ?? []) }
  causes.push(...valueValidationCauses(schema, allowed, path))
  causes.push(...typeCauses(schema, level, path))
  causes.push(...metaCauses(schema, level, path))
  return causes
}

function extensionCauses(schema: StructuralSchema, path: string): StatusCause[] {
  if (!schema.intOrString) return []
  const detail = 'must be false if x-kubernetes-int-or-string is true'
  const causes: StatusCause[] = []
  if (schema.preserveUnknownFields) {
    causes.push(fieldInvalid(childPath(path, 'x-kubernetes-preserve-unknown-fields'), true, detail))
  }
  if (schema.embeddedResource) {
    causes.push(fieldInvalid(childPath(path, 'x-kubernetes-embedded-resource'), true, detail))
  }
  return causes
}

function typeCauses(schema: StructuralSchema, level: Level, path: string): StatusCause[] {
  const at = childPath(path, 'type')
  const causes: StatusCause[] = []
  if (schema.embeddedResource && schema.type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true'
    causes.push(schema.type === '' ? fieldRequired(at, detail) : fieldInvalid(at, schema.type, detail))
  } else if (schema.type === '' && !schema.intOrString && !schema.preserveUnknownFields) {
    causes.push(fieldRequired(at, EMPTY_TYPE[level]))
  }
  if (schema.embeddedResource && schema.additionalProperties !== undefined) {
    const detail = 'must not be used if x-kubernetes-embedded-resource is set'
    causes.push(fieldForbidden(childPath(path, 'additionalProperties'), detail))
  }
  if (level === 'root' && schema.type !== '' && schema.type !== 'object') {
    causes.push(fieldInvalid(at, schema.type, 'must be object at the root'))
  }
  return causes
}

/** Where the schema is that of a whole object, apiVersion, kind and metadata have types that cannot be changed. */
function metaCauses(schema: StructuralSchema, level: Level, path: string): StatusCause[] {
  const isResource = level === 'root' || schema.embeddedResource
  const causes: StatusCause[] = []
  const properties = childPath(path, 'properties')
  for (const field of ['kind', 'apiVersion']) {
    const type = schema.properties?.get(field)?.type
    if (!isResource || type === undefined || type === 'string') continue
    causes.push(fieldInvalid(childPath(keyPath(properties, field), 'type'), type, 'must be string'))
  }
  const metadata = schema.properties?.get('metadata')
  if (metadata !== undefined) {
    const at = keyPath(properties, 'metadata')
    if (isResource && metadata.type !== 'object') {
      causes.push(fieldInvalid(childPath(at, 'type'), metadata.type, 'must be object'))
    }
    if (level === 'root' && !restrictsNamesAlone(metadata)) {
      const detail = 'must not specify anything other than name and generateName, but metadata is implicitly specified'
      causes.push(fieldForbidden(at, detail))
    }
  }
  if (schema.embeddedResource && !schema.preserveUnknownFields && schema.properties === undefined) {
    const detail =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'
    causes.push(fieldRequired(properties, detail))
  }
  return causes
}

function restrictsNamesAlone(metadata: StructuralSchema): boolean {
  const names = [...(metadata.properties?.keys() ?? [])]
  if (!names.every((name) => name === 'name' || name === 'generateName')) return false
  return saysNothingBut(metadata, ['type', 'types', 'default', 'properties', 'defaulted'])
}

/** Whether every field but the named ones is as if it were absent. */
function saysNothingBut(schema: StructuralSchema, fields: readonly (keyof StructuralSchema)[]): boolean {
  const ignored: readonly string[] = [
    ...fields,
    'holdsEmbeddedResource',
    'holdsUniqueList',
    'forbidden',
    'checkedFormat',
  ]
  return Object.entries(schema).every(([field, value]) => {
    if (ignored.includes(field)) return true
    return Array.isArray(value) ? value.length === 0 : value === undefined || value === '' || value === false
  })
}

/** `anyOf: [{type: integer}, {type: string}]`: the one place within a junctor where a type may stand. */
function isIntOrString(alternatives: readonly StructuralSchema[]): boolean {
  const types = alternatives.map((schema) => (saysNothingBut(schema, ['type', 'types']) ? schema.type : ''))
  return types.length === 2 && types[0] === 'integer' && types[1] === 'string'
}

interface Allowed {
  readonly anyOf: boolean
  /** The anyOf of the first of allOf. */
  readonly allOf: boolean
}
const NOTHING: Allowed = { anyOf: false, allOf: false }

function valueValidationCauses(schema: StructuralSchema, allowed: Allowed, path: string): StatusCause[] {
  const nested = (keyword: 'anyOf' | 'allOf' | 'oneOf') =>
    schema[keyword].flatMap((alternative, index) => {
      const skip = keyword === 'allOf' && index === 0 && allowed.allOf ? { anyOf: true, allOf: false } : NOTHING
      return nestedCauses(alternative, skip, indexPath(childPath(path, keyword), index))
    })
  const causes = [...(allowed.anyOf ? [] : nested('anyOf')), ...nested('allOf'), ...nested('oneOf')]
  if (schema.not !== undefined) causes.push(...nestedCauses(schema.not, NOTHING, childPath(path, 'not')))
  const pattern = schema.pattern === '' ? undefined : compilePattern(schema.pattern)
  if (pattern?.ok === false) {
    const detail = `must be a valid regular expression, but isn't: ${pattern.error}`
    causes.push(fieldInvalid(childPath(path, 'pattern'), schema.pattern, detail))
  }
  return causes
}

/** What only the structural part may say, and how upstream words that a junctor must not. */
const FORBIDDEN_WHEN_NESTED: readonly [string, string, (schema: StructuralSchema) => boolean][] = [
  ['type', 'empty', (schema) => schema.type !== ''],
  // A plain `false` says nothing, and is taken for absent.
  ['additionalProperties', 'undefined', (schema) => Boolean(schema.additionalProperties)],
  ['default', 'undefined', (schema) => schema.default !== undefined],
  ['title', 'empty', (schema) => schema.title !== ''],
  ['description', 'empty', (schema) => schema.description !== ''],
  ['nullable', 'false', (schema) => schema.nullable],
  ['x-kubernetes-preserve-unknown-fields', 'false', (schema) => schema.preserveUnknownFields === true],
  ['x-kubernetes-embedded-resource', 'false', (schema) => schema.embeddedResource],
  ['x-kubernetes-int-or-string', 'false', (schema) => schema.intOrString],
  ['x-kubernetes-list-map-keys', 'empty', (schema) => schema.listMapKeys.length > 0],
  ['x-kubernetes-list-type', 'undefined', (schema) => schema.listType !== undefined],
  ['x-kubernetes-map-type', 'undefined', (schema) => schema.mapType !== undefined],
  ['x-kubernetes-validations', 'empty', (schema) => schema.validations.length > 0],
]

function nestedCauses(schema: StructuralSchema, allowed: Allowed, path: string): StatusCause[] {
  const causes = valueValidationCauses(schema, allowed, path)
  if (schema.items !== undefined) causes.push(...nestedCauses(schema.items, NOTHING, childPath(path, 'items')))
  for (const [key, property] of schema.properties ?? []) {
    causes.push(...nestedCauses(property, NOTHING, keyPath(childPath(path, 'properties'), key)))
  }
  for (const [keyword, must, isSet] of FORBIDDEN_WHEN_NESTED) {
    if (isSet(schema)) causes.push(fieldForbidden(childPath(path, keyword), `must be ${must} to be structural`))
  }
  if (schema.properties?.has('metadata')) {
    const at = keyPath(childPath(path, 'properties'), 'metadata')
    causes.push(fieldForbidden(at, 'must not be specified in a nested context'))
  }
  return causes
}
