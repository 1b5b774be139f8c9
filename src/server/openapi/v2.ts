/** /openapi/v2: all group versions in one Swagger document, for clients that do not read v3. JSON alone. */
import { createHash } from 'node:crypto'
import { type Json, type JsonObject, notAcceptable } from '../../machinery/index.ts'
import { isFields, objectsIn } from '../builtins/untyped.ts'
import type { DefinitionSet } from '../definition.ts'
import { boundedCache } from '../discovery/bounded-cache.ts'
import { servedGroups } from '../discovery/served-groups.ts'
import { type OpenAPIDocument, openAPIOf, openAPIV3Document } from './v3.ts'

/** Swagger 2.0 knows no alternatives; what a schema says in them is for the server to hold. */
const UNKNOWN_TO_V2 = new Set(['anyOf', 'oneOf', 'not', 'nullable'])
const JSON_TYPES = new Set(['', '*/*', 'application/*', 'application/json'])
const KEPT = 8

const documents = boundedCache<Buffer>(KEPT)

/** @param accept the Accept header; 406 (thrown) when it excludes JSON, as clients that want protobuf do. */
export function openAPIV2Document(definitions: DefinitionSet, accept: string): OpenAPIDocument {
  const types = accept.split(',').map((clause) => clause.split(';')[0]?.trim().toLowerCase() ?? '')
  if (!types.some((type) => JSON_TYPES.has(type))) throw notAcceptable(['application/json'])
  const index = openAPIV3Document(definitions, '')?.body ?? ''
  const hash = createHash('sha512').update(index).digest('hex').toUpperCase()
  const body = documents(hash, () => Buffer.from(JSON.stringify(swaggerOf(definitions))))
  return { contentType: 'application/json', etag: `"${hash}"`, body, immutable: false }
}

function swaggerOf(definitions: DefinitionSet): JsonObject {
  const resources = servedGroups(definitions).flatMap((group) => group.versions.flatMap((version) => version.resources))
  const { info, paths, components } = openAPIOf({ resources })
  const { schemas } = isFields(components) ? components : {}
  return {
    swagger: '2.0',
    info: info ?? null,
    paths: Object.fromEntries(
      Object.entries(isFields(paths) ? paths : {}).map(([path, item]) => [path, pathItemV2(item)]),
    ),
    definitions: schemaV2((schemas ?? {}) as Json, false),
  }
}

/** `inProperties`: the keys of this object are names of fields, not of schema keywords. */
function schemaV2(value: Json, inProperties: boolean): Json {
  if (Array.isArray(value)) return value.map((item) => schemaV2(item, false))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([key, item]): [string, Json][] => {
    if (!inProperties && UNKNOWN_TO_V2.has(key)) return []
    if (!inProperties && key === '$ref' && typeof item === 'string')
      return [[key, item.replace('#/components/schemas/', '#/definitions/')]]
    return [[key, schemaV2(item, !inProperties && key === 'properties')]]
  })
  return Object.fromEntries(entries)
}

function pathItemV2(item: unknown): JsonObject {
  if (!isFields(item)) return {}
  const entries = Object.entries(item).map(([key, value]): [string, Json] =>
    key === 'parameters' ? [key, objectsIn(value).map(parameterV2)] : [key, operationV2(value)],
  )
  return Object.fromEntries(entries)
}

function operationV2(value: unknown): JsonObject {
  if (!isFields(value)) return {}
  const { requestBody, parameters, responses, ...rest } = value
  const body = isFields(requestBody) ? [bodyParameter(requestBody)] : []
  const answers = Object.entries(isFields(responses) ? responses : {}).map(([code, response]): [string, Json] => [
    code,
    responseV2(response),
  ])
  return {
    ...(rest as JsonObject),
    consumes: isFields(requestBody) && isFields(requestBody.content) ? Object.keys(requestBody.content) : ['*/*'],
    produces: ['application/json', 'application/yaml'],
    parameters: [...body, ...objectsIn(parameters).map(parameterV2)],
    responses: Object.fromEntries(answers),
  }
}

function parameterV2({ schema, ...rest }: Readonly<Record<string, unknown>>): JsonObject {
  return { ...(rest as JsonObject), ...((isFields(schema) ? schema : {}) as JsonObject) }
}

function bodyParameter({ content, required }: Readonly<Record<string, unknown>>): JsonObject {
  return { name: 'body', in: 'body', ...(required === true && { required }), schema: firstSchema(content) }
}

function responseV2(response: unknown): JsonObject {
  if (!isFields(response)) return {}
  const description = { description: String(response.description ?? '') }
  return isFields(response.content) ? { ...description, schema: firstSchema(response.content) } : description
}

function firstSchema(content: unknown): Json {
  const [first] = isFields(content) ? Object.values(content) : []
  return schemaV2((isFields(first) ? first.schema : {}) as Json, false)
}
