/** What one version of a CustomResourceDefinition says, or all of them alike (apiextensions validation.go). */
import type { StatusCause } from '../errors.ts'
import { fieldDuplicate, fieldForbidden, fieldInvalid, fieldRequired, fieldTooMany } from '../names/field-error.ts'
import { byteLength } from '../names/messages.ts'
import type { Json, JsonObject } from '../object.ts'
import { sortedKeys } from './canonical-json.ts'
import { objectIn, textIn, type VersionForm, type VersionParts } from './custom-resource-definition-form.ts'
import { childPath, indexPath } from './field-path.ts'
import { decodeSchema } from './json-schema-props.ts'
import { findFieldPath } from './schema-field-path.ts'
import { parseStructuralSchema } from './structural.ts'
import type { StructuralSchema } from './structural-schema.ts'

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']
const MAX_SELECTABLE_FIELDS = 8

/** Parts of a version are validated where they stand: `spec`, `spec.versions[0]`; the schema has a name of its own there. */
export function versionPartsCauses(
  parts: VersionParts,
  path: string,
  options: { readonly schemaField: 'schema' | 'validation'; readonly hasStatus: boolean },
): StatusCause[] {
  const schemaPath = childPath(path, options.schemaField)
  return [
    ...schemaCauses(parts.schema, schemaPath, options.hasStatus),
    ...subresourcesCauses(parts.subresources, childPath(path, 'subresources')),
    ...parts.additionalPrinterColumns.flatMap((column, index) =>
      columnCauses(column, indexPath(childPath(path, 'additionalPrinterColumns'), index)),
    ),
    ...selectableFieldsCauses(parts, path, options.schemaField),
  ]
}

export function deprecationWarningCauses(version: VersionForm, path: string): StatusCause[] {
  const warning = version.deprecationWarning
  if (warning === undefined) return []
  return deprecationWarningFaults(warning, version.deprecated).map((fault) => fieldInvalid(path, warning, fault))
}

function deprecationWarningFaults(warning: string, deprecated: boolean): string[] {
  if (!deprecated) return ['can only be set for deprecated versions']
  const faults: string[] = []
  if (byteLength(warning) > 256) faults.push('must be <= 256 characters long')
  if (warning === '') faults.push('must not be an empty string')
  const stranger = warning.search(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u)
  if (stranger !== -1) {
    const index = byteLength(warning.slice(0, stranger))
    faults.push(`must only contain printable UTF-8 characters; non-printable character found at index ${index}`)
  }
  return faults
}

/** Keywords that would lose their meaning when the schema of the status is taken out of that of the whole. */
const FORBIDDEN_WITH_STATUS =
  'only [Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations] fields are allowed at the root of the schema if the status subresource is enabled'

function schemaCauses(parent: JsonObject | undefined, path: string, hasStatus: boolean): StatusCause[] {
  const json = parent?.openAPIV3Schema
  if (json === undefined || json === null) return []
  const at = childPath(path, 'openAPIV3Schema')
  const schema = decodeSchema(json, at, [])
  const causes: StatusCause[] = []
  if (hasStatus) causes.push(...rootCauses(schema, json, at))
  if (schema.nullable) causes.push(fieldForbidden(childPath(at, 'nullable'), 'nullable cannot be true at the root'))
  const parsed = parseStructuralSchema(json, at)
  return parsed.ok ? causes : [...causes, ...parsed.causes]
}

function rootCauses(schema: StructuralSchema, json: Json, path: string): StatusCause[] {
  if (schema.type !== '' && schema.type !== 'object') {
    const detail = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'
    return [fieldInvalid(childPath(path, 'type'), schema.type, detail)]
  }
  const lists = [schema.allOf, schema.anyOf, schema.oneOf, schema.enum, schema.listMapKeys]
  const others = [
    schema.not,
    schema.maxProperties,
    schema.minProperties,
    schema.default,
    schema.listType,
    schema.mapType,
  ]
  const isForbidden =
    lists.some((list) => list.length > 0) ||
    others.some((value) => value !== undefined) ||
    schema.additionalProperties !== undefined ||
    schema.nullable ||
    schema.embeddedResource ||
    schema.intOrString
  return isForbidden ? [fieldInvalid(path, sortedKeys(json), FORBIDDEN_WITH_STATUS)] : []
}

function subresourcesCauses(subresources: JsonObject | undefined, path: string): StatusCause[] {
  const scale = objectIn(subresources?.scale)
  if (scale === undefined) return []
  const at = (field: string) => childPath(childPath(path, 'scale'), field)
  const replicas = (field: string, parent: string) => {
    const value = textIn(scale[field])
    return value === '' ? [fieldRequired(at(field), '')] : scalePathCauses(value, at(field), [parent])
  }
  const selector = textIn(scale.labelSelectorPath)
  return [
    ...replicas('specReplicasPath', '.spec'),
    ...replicas('statusReplicasPath', '.status'),
    ...(selector === '' ? [] : scalePathCauses(selector, at('labelSelectorPath'), ['.spec', '.status'])),
  ]
}

function scalePathCauses(value: string, path: string, parents: readonly string[]): StatusCause[] {
  const causes = simplePathCauses(value, path)
  if (causes.length > 0 || parents.some((parent) => value.startsWith(`${parent}.`))) return causes
  const where = parents.length === 1 ? parents[0] : `either ${parents.join(' or ')}`
  return [fieldInvalid(path, value, `should be a json path under ${where}`)]
}

function simplePathCauses(value: string, path: string): StatusCause[] {
  return value.startsWith('.') ? [] : [fieldInvalid(path, value, 'must be a simple json path starting with .')]
}

function columnCauses(column: JsonObject, path: string): StatusCause[] {
  const [name, type, format, jsonPath] = ['name', 'type', 'format', 'jsonPath'].map((field) => textIn(column[field]))
  const causes: StatusCause[] = []
  if (name === '') causes.push(fieldRequired(childPath(path, 'name'), ''))
  const types = `must be one of ${COLUMN_TYPES.join(',')}`
  if (type === '') causes.push(fieldRequired(childPath(path, 'type'), types))
  else if (!COLUMN_TYPES.includes(type as string)) causes.push(fieldInvalid(childPath(path, 'type'), type, types))
  if (format !== '' && !COLUMN_FORMATS.includes(format as string)) {
    causes.push(fieldInvalid(childPath(path, 'format'), format, `must be one of ${COLUMN_FORMATS.join(',')}`))
  }
  const at = childPath(path, 'JSONPath')
  if (jsonPath === '') causes.push(fieldRequired(at, ''))
  else causes.push(...simplePathCauses(jsonPath as string, at))
  return causes
}

function selectableFieldsCauses(
  parts: VersionParts,
  path: string,
  schemaField: 'schema' | 'validation',
): StatusCause[] {
  const at = childPath(path, 'selectableFields')
  if (parts.selectableFields.length === 0) return []
  const json = parts.schema?.openAPIV3Schema
  if (json === undefined || json === null) {
    const detail =
      schemaField === 'schema'
        ? 'may only be set when `version.schema.openAPIV3Schema` is not included'
        : 'may only be set when validations.schema is included'
    return [fieldInvalid(at, '', detail)]
  }
  const schema = decodeSchema(json, '', [])
  const seen = new Set<string>()
  const causes = parts.selectableFields.flatMap((field, index) =>
    selectableFieldCauses(textIn(field.jsonPath), schema, childPath(indexPath(at, index), 'jsonPath'), seen),
  )
  if (seen.size > MAX_SELECTABLE_FIELDS) causes.push(fieldTooMany(at, seen.size, MAX_SELECTABLE_FIELDS))
  return causes
}

function selectableFieldCauses(text: string, schema: StructuralSchema, path: string, seen: Set<string>): StatusCause[] {
  if (text === '') return [fieldRequired(path, '')]
  const found = findFieldPath(text, schema, { arrayNotation: false })
  if (!found.ok) return [fieldInvalid(path, text, `is an invalid path: ${found.error}`)]
  const causes: StatusCause[] = []
  if (found.value.root === 'metadata') causes.push(fieldInvalid(path, text, 'must not point to fields in metadata'))
  if (!['string', 'boolean', 'integer'].includes(found.value.schema?.type ?? '')) {
    const detail =
      'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'
    causes.push(fieldInvalid(path, text, detail))
  }
  if (seen.has(found.value.path)) causes.push(fieldDuplicate(path, text))
  seen.add(found.value.path)
  return causes
}
