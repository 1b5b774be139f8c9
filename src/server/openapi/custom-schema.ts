/** The schema of a custom resource as it is published (apiextensions-apiserver/pkg/controller/openapi). */
import type { Json, JsonObject } from '../../machinery/index.ts'
import { isFields } from '../builtins/untyped.ts'
import { API_VERSION, KIND, OBJECT_META } from './built-in-schema.ts'
import { META, reference } from './schema-names.ts'

/** `v2`: without what Swagger 2.0 does not know, and kubectl of its days could not read. */
export type Published = 'v2' | 'v3'

/** Keywords whose values are schemas by name. */
const NAMED = ['properties', 'patternProperties', 'definitions', 'dependencies']
const NESTED = ['items', 'additionalProperties', 'not']
const LISTED = ['allOf', 'anyOf', 'oneOf']
const NOT_IN_V2 = ['allOf', 'anyOf', 'oneOf', 'not', 'nullable', 'default']
const INT_OR_STRING: readonly JsonObject[] = [{ type: 'integer' }, { type: 'string' }]

const isObject = (value: Json | undefined): value is JsonObject => isFields(value)

/** @param nested whether it says how values are judged alone, not what there is: below `allOf` and the like */
export function publishedSchema(source: JsonObject, version: Published, nested = false): JsonObject {
  const schema = Object.fromEntries(Object.entries(source).filter(([key, value]) => VALUES.has(key) || !isZero(value)))
  if (!nested) {
    if (version === 'v2') reduceToV2(schema)
    else unfoldIntOrString(schema)
    embed(schema, version)
  }
  for (const key of NAMED) {
    const some = schema[key]
    if (isObject(some)) schema[key] = mapped(some, (one) => published(one, version, nested))
  }
  for (const key of NESTED) schema[key] = published(schema[key], version, nested || key === 'not')
  for (const key of LISTED) {
    const some = schema[key]
    if (Array.isArray(some)) schema[key] = some.map((one) => published(one, version, true) ?? null)
  }
  for (const key of NESTED) if (schema[key] === undefined) delete schema[key]
  return schema
}

function published(value: Json | undefined, version: Published, nested: boolean): Json {
  return isObject(value) ? publishedSchema(value, version, nested) : (value as Json)
}

function mapped(fields: JsonObject, change: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value)]))
}

/** Whose values are no settings. */
const VALUES: ReadonlySet<string> = new Set(['default', 'example', 'additionalProperties'])

/** Go leaves these out; so the keyword says nothing. */
function isZero(value: Json): boolean {
  return value === false || value === '' || (Array.isArray(value) && value.length === 0)
}

/** apiserver/schema/unfold.go: for those who do not know the extension. */
function unfoldIntOrString(schema: JsonObject): void {
  if (schema['x-kubernetes-int-or-string'] !== true) return
  const { anyOf, allOf } = schema
  const [first] = Array.isArray(allOf) ? allOf : []
  if (isIntOrString(anyOf) || (isObject(first) && isIntOrString(first.anyOf))) return
  if (anyOf === undefined) schema.anyOf = [...INT_OR_STRING]
  else schema.allOf = [{ anyOf: [...INT_OR_STRING] }, ...(Array.isArray(allOf) ? allOf : [])]
}

function isIntOrString(anyOf: Json | undefined): boolean {
  return JSON.stringify(anyOf) === JSON.stringify(INT_OR_STRING)
}

/** builder.go: addEmbeddedProperties. */
function embed(schema: JsonObject, version: Published): void {
  if (schema['x-kubernetes-embedded-resource'] !== true) return
  if (version === 'v2' && schema['x-kubernetes-preserve-unknown-fields'] === true) return
  const metadata = { allOf: [reference(`${META}.ObjectMeta`)], description: OBJECT_META }
  const { properties, required } = schema
  schema.properties = { ...(isObject(properties) && properties), apiVersion: API_VERSION, kind: KIND, metadata }
  const names = Array.isArray(required) ? required : []
  schema.required = [...names, ...['kind', 'apiVersion'].filter((name) => !names.includes(name))]
}

/** v2/conversion.go */
function reduceToV2(schema: JsonObject): void {
  const untyped = schema.nullable === true
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true
  const { properties, required, additionalProperties } = schema
  if (Array.isArray(required) && isObject(properties)) {
    schema.required = required.filter((name) => !isNullable(properties[String(name)]))
    if (schema.required.length === 0) delete schema.required
  }
  if (isNullable(additionalProperties)) delete schema.required
  for (const key of NOT_IN_V2) delete schema[key]
  if (untyped) delete schema.type
  if (untyped || open) {
    delete schema.items
    delete schema.properties
  }
  if ((schema.type === 'array' && schema.items === undefined) || (open && schema.type === 'object')) delete schema.type
}

function isNullable(schema: Json | undefined): boolean {
  return isObject(schema) && schema.nullable === true
}
