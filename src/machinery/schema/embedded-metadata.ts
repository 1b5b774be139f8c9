/**
 * The apiVersion, kind and metadata of embedded resources (apiextensions-apiserver/pkg/apiserver/schema/objectmeta): checked
 * like those of any object, whatever the schema says about them.
 */
import type { StatusCause } from '../errors.ts'
import { isDNS1035Label } from '../names/dns.ts'
import { fieldInvalid, fieldRequired } from '../names/field-error.ts'
import { compareText } from '../names/go-text.ts'
import { nameIsPathSegment } from '../names/name-rule.ts'
import { validateObjectMeta } from '../names/object-meta.ts'
import type { Json, JsonObject, ObjectMeta } from '../object.ts'
import { sortedKeys } from './canonical-json.ts'
import { childPath, indexPath, keyPath } from './field-path.ts'
import { isObjectMetaField, metadataTypeError, pruneMetadata } from './object-meta-fields.ts'
import { type StructuralSchema, schemaOfField } from './structural-schema.ts'

type Visit = (resource: JsonObject, path: string) => void

/** Calls `visit` for each embedded resource in the value, outer ones first. */
function visitEmbedded(schema: StructuralSchema | undefined, value: Json, path: string, visit: Visit): void {
  if (!schema?.holdsEmbeddedResource || typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) visitEmbedded(schema.items, item, indexPath(path, index), visit)
    return
  }
  if (schema.embeddedResource) visit(value, path)
  for (const [key, field] of Object.entries(value)) {
    const at = schema.properties?.has(key) ? childPath(path, key) : keyPath(path, key)
    visitEmbedded(schemaOfField(schema, key), field, at, visit)
  }
}

/**
 * Why an embedded resource's apiVersion, kind or metadata cannot be read at all; undefined where they can. Of several faults
 * upstream names any.
 *
 * @example
 * embeddedTypeError(schema, object) // spec.template.kind: Invalid value: 5: must be a string
 */
export function embeddedTypeError(schema: StructuralSchema, value: Json): string | undefined {
  let fault: StatusCause | undefined
  visitEmbedded(schema, value, '', (resource, path) => {
    fault ??= textCause(resource, 'apiVersion', path) ?? textCause(resource, 'kind', path)
    const error = metadataTypeError(resource.metadata)
    if (error !== undefined)
      fault ??= fieldInvalid(childPath(path, 'metadata'), sortedKeys(resource.metadata as Json), error)
  })
  return fault && `${fault.field}: ${fault.message}`
}

function textCause(resource: JsonObject, field: string, path: string): StatusCause | undefined {
  const value = resource[field]
  if (value === undefined || typeof value === 'string') return undefined
  return fieldInvalid(childPath(path, field), sortedKeys(value), 'must be a string')
}

/** Drops what ObjectMeta does not have from the metadata of embedded resources, in place; returns the paths, sorted. */
export function pruneEmbeddedMetadata(schema: StructuralSchema, value: Json): string[] {
  const dropped: string[] = []
  visitEmbedded(schema, value, '', (resource, path) => {
    const { metadata } = resource
    if (metadataTypeError(metadata) !== undefined) return
    dropped.push(...pruneMetadata(metadata as JsonObject, childPath(path, 'metadata')))
  })
  return dropped.sort(compareText)
}

export function validateEmbeddedResources(schema: StructuralSchema, value: Json, path: string): StatusCause[] {
  const causes: StatusCause[] = []
  visitEmbedded(schema, value, path, (resource, at) => {
    for (const field of ['apiVersion', 'kind']) {
      if (!Object.hasOwn(resource, field)) causes.push(fieldRequired(childPath(at, field), ''))
    }
    for (const [key, field] of Object.entries(resource))
      causes.push(...validateMetaField(key, field, childPath(at, key)))
  })
  return causes
}

function validateMetaField(key: string, value: Json, path: string): StatusCause[] {
  if (key === 'metadata') return validateMetadata(value, path)
  if (key !== 'apiVersion' && key !== 'kind') return []
  if (typeof value !== 'string') return [fieldInvalid(path, sortedKeys(value), 'must be a string')]
  if (value === '') return [fieldInvalid(path, value, 'must not be empty')]
  if (key === 'apiVersion') {
    if (value.split('/').length <= 2) return []
    return [fieldInvalid(path, value, `unexpected GroupVersion string: ${value}`)]
  }
  const messages = isDNS1035Label(value.toLowerCase())
  if (messages.length === 0) return []
  return [fieldInvalid(path, value, `may have mixed case, but should otherwise match: ${messages.join(',')}`)]
}

function validateMetadata(value: Json, path: string): StatusCause[] {
  const error = metadataTypeError(value)
  if (error !== undefined) return [fieldInvalid(path, sortedKeys(value), error)]
  const metadata = Object.fromEntries(
    Object.entries(value ?? {}).filter(([key, field]) => isObjectMetaField(key) && field !== null),
  ) as ObjectMeta
  // An embedded resource may do without a name, and is namespaced if it names a namespace.
  const rules = { namespaced: Boolean(metadata.namespace), nameRule: nameIsPathSegment }
  return validateObjectMeta({ ...metadata, name: metadata.name || 'unnamed' }, rules, path)
}
