/**
 * What a CustomResourceDefinition may say in OpenAPI beyond being structural: ValidateCustomResourceDefinitionOpenAPISchema
 * of apiextensions-apiserver/pkg/apis/apiextensions/validation. Rules written in CEL are checked as texts only.
 */
import type { StatusCause } from '../errors.ts'
import { fieldForbidden, fieldInvalid, fieldNotSupported, fieldRequired } from '../names/field-error.ts'
import { childPath, indexPath, keyPath } from './field-path.ts'
import { listTypeCauses } from './list-type-rules.ts'
import { additionalSchema, isMetaField, type StructuralSchema } from './structural-schema.ts'
import { validationRuleCauses } from './validation-rules.ts'

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']

interface Context {
  readonly isRoot: boolean
  /** Why no default may stand here; undefined where it may. */
  readonly noDefaults: string | undefined
  /** Within the apiVersion, kind or metadata of the object or of an embedded resource. */
  readonly insideMeta: boolean
}

export function openAPICauses(schema: StructuralSchema, path: string): StatusCause[] {
  return causesOf(schema, path, { isRoot: true, noDefaults: undefined, insideMeta: false })
}

function causesOf(schema: StructuralSchema, path: string, context: Context): StatusCause[] {
  const below: Context = { ...context, isRoot: false }
  const causes = keywordCauses(schema, path, context)
  if (schema.uniqueItems) {
    const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'
    causes.push(fieldForbidden(childPath(path, 'uniqueItems'), detail))
  }
  if (schema.properties && schema.additionalProperties !== undefined && schema.additionalProperties !== true) {
    const detail = 'additionalProperties and properties are mutual exclusive'
    causes.push(fieldForbidden(childPath(path, 'additionalProperties'), detail))
  }
  const additional = additionalSchema(schema)
  if (additional !== undefined) {
    const noDefaults = context.insideMeta ? 'inside additionalProperties applying to object metadata' : below.noDefaults
    causes.push(...causesOf(additional, childPath(path, 'additionalProperties'), { ...below, noDefaults }))
  }
  for (const [key, property] of schema.properties ?? []) {
    const isMeta = (context.isRoot || schema.embeddedResource) && isMetaField(key)
    const noDefaults = isMeta && context.isRoot ? `in top-level ${key}` : below.noDefaults
    const inner = { ...below, insideMeta: context.insideMeta || isMeta, noDefaults }
    causes.push(...causesOf(property, keyPath(childPath(path, 'properties'), key), inner))
  }
  if (schema.not !== undefined) causes.push(...causesOf(schema.not, childPath(path, 'not'), below))
  for (const keyword of ['allOf', 'oneOf', 'anyOf'] as const) {
    for (const [index, nested] of schema[keyword].entries()) {
      causes.push(...causesOf(nested, indexPath(childPath(path, keyword), index), below))
    }
  }
  if (schema.items !== undefined) causes.push(...causesOf(schema.items, childPath(path, 'items'), below))
  causes.push(...extensionCauses(schema, path))
  causes.push(...listTypeCauses(schema, path))
  causes.push(...validationRuleCauses(schema, path))
  return causes
}

function keywordCauses(schema: StructuralSchema, path: string, context: Context): StatusCause[] {
  const causes: StatusCause[] = []
  const type = childPath(path, 'type')
  if (schema.type !== '' && !TYPES.includes(schema.type)) causes.push(fieldNotSupported(type, schema.type, TYPES))
  if (schema.default !== undefined && context.noDefaults !== undefined) {
    causes.push(fieldForbidden(childPath(path, 'default'), `must not be set ${context.noDefaults}`))
  }
  for (const keyword of schema.forbidden) {
    if (keyword === 'items' || keyword === '$schema') continue
    causes.push(fieldForbidden(childPath(path, keyword), `${keyword} is not supported`))
  }
  if (schema.type === 'null') {
    causes.push(fieldForbidden(type, 'type cannot be set to null, use nullable as an alternative'))
  }
  if (schema.forbidden.includes('items')) {
    causes.push(fieldForbidden(childPath(path, 'items'), 'items must be a schema object and not an array'))
  }
  if (context.insideMeta && schema.embeddedResource) {
    const detail = 'must not be used inside of resource meta'
    causes.push(fieldForbidden(childPath(path, 'x-kubernetes-embedded-resource'), detail))
  }
  return causes
}

function extensionCauses(schema: StructuralSchema, path: string): StatusCause[] {
  const causes: StatusCause[] = []
  if (schema.preserveUnknownFields === false) {
    const at = childPath(path, 'x-kubernetes-preserve-unknown-fields')
    causes.push(fieldInvalid(at, false, 'must be true or undefined'))
  }
  if (schema.mapType === undefined) return causes
  if (schema.type !== 'object') {
    const at = childPath(path, 'type')
    const detail = 'must be object if x-kubernetes-map-type is specified'
    causes.push(schema.type === '' ? fieldRequired(at, detail) : fieldInvalid(at, schema.type, detail))
  }
  if (schema.mapType !== 'atomic' && schema.mapType !== 'granular') {
    const at = childPath(path, 'x-kubernetes-map-type')
    causes.push(fieldNotSupported(at, schema.mapType, ['atomic', 'granular']))
  }
  return causes
}
