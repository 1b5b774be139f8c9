/** /openapi/v2: all group versions in one Swagger document, for clients that do not read v3. */
import { createHash } from 'node:crypto'
import { encodeOpenAPIV2, type Json, type JsonObject } from '../../machinery/index.ts'
import { acceptClauses, takes } from '../accept.ts'
import { isFields, objectsIn } from '../builtins/untyped.ts'
import type { DefinitionSet } from '../definition.ts'
import { boundedCache } from '../discovery/bounded-cache.ts'
import { servedGroups } from '../discovery/served-groups.ts'
import { rootPaths } from './root-paths.ts'
import { type OpenAPIDocument, openAPIOf, openAPIV3Index } from './v3.ts'

/** Swagger 2.0 knows no alternatives; what a schema says in them is for the server to hold. */
const UNKNOWN_TO_V2 = new Set(['allOf', 'anyOf', 'oneOf', 'not', 'nullable', 'default'])
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
const SCHEMAS = '#/components/schemas/'
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
  const groups = servedGroups(definitions)
  const versions = groups.flatMap((group) => group.versions)
  const { info, paths, components } = openAPIOf(versions, 'v2', Object.assign({}, ...Object.values(rootPaths(groups))))
  const { schemas, securitySchemes } = isFields(components) ? components : {}
  return {
    swagger: '2.0',
    info: info ?? null,
    paths: Object.fromEntries(
      Object.entries(isFields(paths) ? paths : {}).map(([path, item]) => [path, pathItemV2(item)]),
    ),
    definitions: schemaV2((schemas ?? {}) as Json, true),
    securityDefinitions: (securitySchemes ?? {}) as Json,
    security: [{ BearerToken: [] }],
  }
}

/** `named`: the keys of this object are names of schemas or fields, not keywords. */
function schemaV2(value: Json, named: boolean): Json {
  if (Array.isArray(value)) return value.map((item) => schemaV2(item, false))
  if (typeof value !== 'object' || value === null) return value
  const result: JsonObject = {}
  if (!named && (value.allOf !== undefined || value.oneOf !== undefined)) addKeywords(result, alternativeOf(value))
  if (!named) addKeywords(result, value)
  else for (const [name, schema] of Object.entries(value)) result[name] = schemaV2(schema, false)
  return result
}

function addKeywords(result: JsonObject, schema: JsonObject): void {
  for (const [key, item] of Object.entries(schema)) {
    if (UNKNOWN_TO_V2.has(key)) continue
    if (key === '$ref' && typeof item === 'string') result[key] = item.replace(SCHEMAS, '#/definitions/')
    else result[key] = typeof item === 'object' ? schemaV2(item, key === 'properties') : item
  }
}

/** What stands for alternatives: the one schema that is referred to, or the first type. */
function alternativeOf({ allOf, oneOf }: JsonObject): JsonObject {
  const [first] = objectsIn(allOf ?? oneOf) as readonly JsonObject[]
  return first ?? {}
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
  const all = [...body, ...objectsIn(parameters).map(parameterV2)]
  const answers = Object.entries(isFields(responses) ? responses : {})
  const answered = answers.flatMap(([, response]) => contentTypes(response))
  const produces = [...new Set(answered)].toSorted((one, other) => PRODUCED.indexOf(one) - PRODUCED.indexOf(other))
  const consumes = consumed(rest, contentTypes(requestBody), produces)
  return {
    ...(rest as JsonObject),
    ...(consumes.length > 0 && { consumes }),
    produces,
    ...(all.length > 0 && { parameters: all }),
    responses: Object.fromEntries(answers.map(([code, response]) => [code, responseV2(response)])),
    schemes: ['https'],
  }
}

/** What has no body says what it would take; of what is about no kind that is what it gives, if anything. */
function consumed(operation: Readonly<Record<string, unknown>>, taken: string[], produces: string[]): string[] {
  if (taken.length > 0) return taken
  if (operation['x-kubernetes-action'] !== undefined) return produces.includes(PROTOBUF) ? ['*/*'] : CUSTOM
  return /OpenID/.test(String(operation.operationId)) ? [] : produces
}

const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const CUSTOM = ['application/json', 'application/yaml']
const PRODUCED = [...CUSTOM, PROTOBUF, 'application/json;stream=watch', `${PROTOBUF};stream=watch`]

/** Of a body, or of an answer. */
function contentTypes(part: unknown): string[] {
  return isFields(part) && isFields(part.content) ? Object.keys(part.content) : []
}

/** Most are the same for all operations. */
const converted = new WeakMap<object, JsonObject>()

function parameterV2(parameter: Readonly<Record<string, unknown>>): JsonObject {
  let known = converted.get(parameter)
  if (known === undefined) {
    const { schema, ...rest } = parameter
    known = { ...(rest as JsonObject), ...((isFields(schema) ? schema : {}) as JsonObject) }
    converted.set(parameter, known)
  }
  return known
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
