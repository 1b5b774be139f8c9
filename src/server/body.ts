/** Reads the body of a request: JSON, YAML, or Kubernetes protobuf for built-in kinds. */
import {
  badRequest,
  decodeJson,
  decodeProtobuf,
  duplicateFields,
  goJsonError,
  type Json,
  type JsonObject,
  type KubeObject,
  metadataTypeError,
  strictDecodingError,
  unsupportedMediaType,
} from '../machinery/index.ts'
import {
  checkDecodes,
  type ExpectedKind,
  expectedKind,
  expectedTypeMeta,
  NO_KIND,
  objectAs,
  unrecognized,
} from './built-in-body.ts'
import type { RequestContext, ResourceContext } from './context.ts'
import { breatheAfter } from './large-objects.ts'
import { readYamlText } from './yaml-thread.ts'

/** apiserver's limit for write requests (MaxRequestBodyBytes). */
export const BODY_LIMIT = 3 * 1024 * 1024

export const JSON_TYPE = 'application/json'
export const YAML_TYPE = 'application/yaml'
export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf'

export function contentTypeOf(context: RequestContext): string {
  const header = context.request.headers['content-type'] ?? ''
  return header.split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** Any JSON object; undefined for an empty body. */
export async function readObject(
  context: RequestContext,
  protobuf: boolean,
): Promise<Record<string, unknown> | undefined> {
  const body = await context.request.body(BODY_LIMIT)
  if (body.length === 0) return undefined
  const type = contentTypeOf(context)
  if (type === PROTOBUF_TYPE && protobuf) {
    const decoded = decodeProtobuf(body)
    if (!decoded.ok) throw badRequest(`the body is not valid Kubernetes protobuf: ${decoded.error}`)
    return decoded.value
  }
  const value =
    type === YAML_TYPE ? await readYaml(body) : type === JSON_TYPE || type === '' ? readJson(body, context) : undefined
  if (value === undefined)
    throw unsupportedMediaType(type, [JSON_TYPE, YAML_TYPE, ...(protobuf ? [PROTOBUF_TYPE] : [])])
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest("couldn't get version/kind; json parse error: the body is not an object")
  }
  await breatheAfter(body.length)
  return value as Record<string, unknown>
}

/** An object with metadata whose fields have the types that they must have; of a built-in kind, all fields. */
export async function readKubeObject(context: ResourceContext): Promise<KubeObject> {
  const { definition, info } = context
  if (definition.builtIn) return readBuiltIn(context, expectedKind(definition, info.subresource))
  const value = await readObject(context, false)
  if (value === undefined) throw badRequest('the body is empty: an object is expected')
  return asKubeObject(value)
}

/** Without a kind or apiVersion of its own the body is of the kind that is expected. */
async function readBuiltIn(context: RequestContext, expected: ExpectedKind): Promise<KubeObject> {
  const body = await context.request.body(BODY_LIMIT)
  const type = contentTypeOf(context)
  const value = await decodeAs(type, body, expected, context)
  if (value === undefined) throw unsupportedMediaType(type, [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE])
  const object = { ...expectedTypeMeta(expected, value), ...value } as KubeObject
  object.metadata ??= {}
  await breatheAfter(body.length)
  checkDecodes(expected, object)
  await breatheAfter(body.length)
  return object
}

async function decodeAs(
  type: string,
  body: Buffer,
  expected: ExpectedKind,
  context: RequestContext,
): Promise<JsonObject | undefined> {
  if (type === PROTOBUF_TYPE) {
    const decoded = decodeProtobuf(body)
    if (!decoded.ok) throw unrecognized(expected, body, decoded.error)
    return decoded.value as unknown as JsonObject
  }
  if (type !== JSON_TYPE && type !== YAML_TYPE && type !== '') return undefined
  const text = body.toString('utf8')
  const decoded = decodeJson(text)
  if (decoded.ok) {
    if (type !== YAML_TYPE) tellDuplicates(text, decoded.value, context)
    return objectAs(expected, body, decoded.value)
  }
  if (type !== YAML_TYPE) throw unrecognized(expected, body, `${NO_KIND}${goJsonError(text)}`)
  return objectAs(expected, body, await readYaml(body))
}

export function asKubeObject(value: Record<string, unknown>): KubeObject {
  const { apiVersion, kind } = value
  if (typeof kind !== 'string' || kind === '') throw badRequest(`Object 'Kind' is missing in '${excerpt(value)}'`)
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    throw badRequest(`Object 'apiVersion' is missing in '${excerpt(value)}'`)
  }
  value.metadata ??= {}
  const wrong = metadataTypeError(value.metadata as never)
  if (wrong !== undefined) throw badRequest(wrong)
  return value as KubeObject
}

function excerpt(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

function readJson(body: Buffer, context: RequestContext): unknown {
  const text = body.toString('utf8')
  const decoded = decodeJson(text)
  if (!decoded.ok) throw badRequest(`the body is not valid JSON: ${decoded.error}`)
  tellDuplicates(text, decoded.value, context)
  return decoded.value
}

/** The last of several values for one key counts; clients are told of it as of unknown fields. */
function tellDuplicates(text: string, value: Json, { query, warnings }: RequestContext): void {
  const validation = query.get('fieldValidation')
  if (validation === 'Ignore') return
  const duplicates = duplicateFields(text, value)
  if (duplicates.length === 0) return
  if (validation === 'Strict') throw badRequest(strictDecodingError(duplicates))
  warnings.push(...duplicates)
}

/** YAML, which most clients fill with JSON. */
export async function readYaml(body: Buffer): Promise<Json> {
  const text = body.toString('utf8')
  const decoded = decodeJson(text)
  if (decoded.ok) return decoded.value
  const parsed = await readYamlText(text)
  if (!parsed.ok) throw badRequest(`the body is not valid YAML: ${parsed.error}`)
  return parsed.value
}
