/** /openapi/v2: all group versions in one Swagger document, for clients that do not read v3. */
import { createHash } from 'node:crypto'
import { encodeOpenAPIV2, type Json, type JsonObject } from '../../machinery/index.ts'
import { acceptClauses, takes } from '../accept.ts'
import { isFields, objectsIn } from '../builtins/untyped.ts'
import type { DefinitionSet } from '../definition.ts'
import { boundedCache } from '../discovery/bounded-cache.ts'
import { servedGroups } from '../discovery/served-groups.ts'
import { type OpenAPIDocument, openAPIOf, openAPIV3Index } from './v3.ts'

/** Swagger 2.0 knows no alternatives; what a schema says in them is for the server to hold. */
const UNKNOWN_TO_V2 = new Set(['anyOf', 'oneOf', 'not', 'nullable'])
/** In the order in which a wildcard takes them; the second is what clients of before Kubernetes 1.24 call the third. */
const FORMS: readonly (readonly [accepted: string, form: 'json' | 'protobuf'])[] = [
  ['application/json', 'json'],
  ['application/com.github.proto-openapi.spec.v2@v1.0+protobuf', 'protobuf'],
  ['application/com.github.proto-openapi.spec.v2.v1.0+protobuf', 'protobuf'],
]
const CONTENT_TYPES = {
  json: 'application/json',
  protobuf: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
} as const
const KEPT = 8

const documents = boundedCache<OpenAPIDocument>(KEPT)

export interface SwaggerDocument extends OpenAPIDocument {
  readonly contentType: string
}

/** @returns undefined when the Accept header excludes JSON and protobuf. */
export function openAPIV2Document(
  definitions: DefinitionSet,
  accept: string,
  now: () => number,
): SwaggerDocument | undefined {
  const form = chosenForm(accept)
  if (form === undefined) return undefined
  const hash = createHash('sha512').update(openAPIV3Index(definitions)).digest('hex').toUpperCase()
  const kept = documents(`${form} ${hash}`, () => {
    const document = swaggerOf(definitions)
    const body = form === 'protobuf' ? encodeOpenAPIV2(document) : Buffer.from(JSON.stringify(document))
    return { hash, body, modified: now() }
  })
  return { ...kept, contentType: CONTENT_TYPES[form] }
}

function chosenForm(accept: string): 'json' | 'protobuf' | undefined {
  for (const clause of acceptClauses(accept === '' ? '*/*' : accept)) {
    const found = FORMS.find(([type]) => takes(clause, type))
    if (found !== undefined) return found[1]
  }
  return undefined
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
