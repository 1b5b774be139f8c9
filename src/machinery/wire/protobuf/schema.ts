/**
 * The structural schema of a built-in kind, derived from its protobuf message: names and types of all fields, so that JSON
 * bodies of built-in kinds are validated and pruned by the same code as those of custom resources.
 */
import type { JsonObject } from '../../object.ts'
import type { FieldType, MessageTable } from './message-table.ts'
import { messageNamed, messageOf } from './registry.ts'

const ANYTHING: JsonObject = { 'x-kubernetes-preserve-unknown-fields': true }
const OBJECT: JsonObject = { type: 'object' }
const TEXTS: JsonObject = { type: 'array', items: { type: 'string' } }

const SCALARS: Readonly<Record<string, JsonObject>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
}

/**
 * Messages whose JSON is not an object of their fields. JSONSchemaProps contains itself, which a structural schema cannot
 * say: whoever serves CustomResourceDefinitions reads the schema inside of them with code of its own.
 */
const FORMS: Readonly<Record<string, JsonObject>> = {
  'meta/v1.Time': { type: 'string', format: 'date-time' },
  'meta/v1.MicroTime': { type: 'string', format: 'date-time' },
  'meta/v1.FieldsV1': { ...OBJECT, ...ANYTHING },
  'meta/v1.Verbs': TEXTS,
  'runtime.RawExtension': { ...OBJECT, ...ANYTHING },
  'resource.Quantity': { 'x-kubernetes-int-or-string': true },
  'apiextensions/v1.JSON': ANYTHING,
  'apiextensions/v1.JSONSchemaProps': { ...OBJECT, ...ANYTHING },
  'authentication/v1.ExtraValue': TEXTS,
  'authorization/v1.ExtraValue': TEXTS,
  'certificates/v1.ExtraValue': TEXTS,
}

/**
 * The openAPIV3Schema of a built-in kind; undefined when there is no such kind.
 *
 * @example structuralSchemaOf('', 'v1', 'Secret')
 */
export function structuralSchemaOf(group: string, version: string, kind: string): JsonObject | undefined {
  const table = messageOf(group, version, kind)
  if (table === undefined) return undefined
  const properties = propertiesOf(table)
  // As in a CustomResourceDefinition, metadata is checked apart from the schema.
  if (properties.metadata !== undefined) properties.metadata = { ...OBJECT }
  return { type: 'object', properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, ...properties } }
}

/** The schema of metadata, which every kind has. */
export function objectMetaSchema(): JsonObject {
  return schemaOf('meta/v1.ObjectMeta')
}

function propertiesOf(table: MessageTable): JsonObject {
  const properties: JsonObject = {}
  for (const { name, type, rule } of table.fields) {
    if (rule === 'inline') Object.assign(properties, propertiesOf(messageNamed(type)))
    else if (rule === 'list') properties[name] = { type: 'array', items: schemaOf(type) }
    else if (rule === 'map') properties[name] = { type: 'object', additionalProperties: schemaOf(type) }
    else properties[name] = schemaOf(type)
  }
  return properties
}

function schemaOf(type: FieldType): JsonObject {
  const form = SCALARS[type] ?? FORMS[type]
  return form === undefined ? { type: 'object', properties: propertiesOf(messageNamed(type)) } : structuredClone(form)
}
