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
  unsupportedMediaType,
} from '../machinery/index.ts'
import {
  checkDecodes,
  type ExpectedKind,
  expectedKind,
  expectedTypeMeta,
  NO_KIND,
  notHandled,
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
export async function readObject(context: RequestContext): Promise<Record<string, unknown> | undefined> {
  const body = await context.request.body(BODY_LIMIT)
  if (body.length === 0) return undefined
  const type = contentTypeOf(context)
  if (type === PROTOBUF_TYPE) {
    const decoded = decodeProtobuf(body)
    if (!decoded.ok) throw badRequest(`the body is not valid Kubernetes protobuf: ${decoded.error}`)
    return decoded.value
  }
  const value =
    type === YAML_TYPE ? await readYaml(body) : type === JSON_TYPE || type === '' ? readJson(body) : undefined
  if (value === undefined) throw unsupportedMediaType(type, [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE])
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest("couldn't get version/kind; json parse error: the body is not an object")
  }
  await breatheAfter(body.length)
  return value as Record<string, unknown>
}

export interface SubmittedObject {
  readonly object: KubeObject
  /** `duplicate field "spec.size"`: what the body's text has more than once, unless the client does not care. */
  readonly faults: readonly string[]
}

/** An object with metadata whose fields have the types that they must have; of a built-in kind, all fields. */
export async function readKubeObject(context: ResourceContext): Promise<SubmittedObject> {
  const { definition, info } = context
  const expected = expectedKind(definition, info.subresource)
  return definition.builtIn ? readBuiltIn(context, expected) : readCustom(context, expected)
}

/** Without a kind or apiVersion of its own the body is of the kind that is expected. */
async function readBuiltIn(context: RequestContext, expected: ExpectedKind): Promise<SubmittedObject> {
  const { value, faults, body } = await decodeBody(context, expected, true)
  const object = { ...expectedTypeMeta(expected, value), ...value } as KubeObject
  object.metadata ??= {}
  await breatheAfter(body.length)
  checkDecodes(expected, object)
  await breatheAfter(body.length)
  return { object, faults }
}

/** Upstream's decoder of custom resources needs to be told what they are. */
async function readCustom(context: RequestContext, expected: ExpectedKind): Promise<SubmittedObject> {
  const { value, faults, body } = await decodeBody(context, expected, false)
  await breatheAfter(body.length)
  for (const [field, shown] of [
    ['kind', 'Kind'],
    ['apiVersion', 'apiVersion'],
  ] as const) {
    if ((value[field] ?? '') === '') {
      throw unrecognized(expected, body, `Object '${shown}' is missing in '${body.toString('utf8').trimEnd()}'`)
    }
  }
  const object = value as unknown as KubeObject
  object.metadata ??= {}
  const wrong = metadataTypeError(value.metadata)
  if (wrong !== undefined) throw notHandled(object, expected.kind, wrong)
  return { object, faults }
}

interface DecodedBody {
  readonly value: JsonObject
  readonly faults: readonly string[]
  readonly body: Buffer
}

async function decodeBody(context: RequestContext, expected: ExpectedKind, protobuf: boolean): Promise<DecodedBody> {
  const body = await context.request.body(BODY_LIMIT)
  const type = contentTypeOf(context)
  if (type === PROTOBUF_TYPE && protobuf) {
    const decoded = decodeProtobuf(body)
    if (!decoded.ok) throw unrecognized(expected, body, decoded.error)
    return { value: decoded.value as unknown as JsonObject, faults: [], body }
  }
  const isUntyped = type === '' && context.request.headers['content-type'] === undefined
  if (type !== JSON_TYPE && type !== YAML_TYPE && !isUntyped) {
    throw unsupportedMediaType(type, [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE])
  }
  const text = body.toString('utf8')
  const decoded = decodeJson(text)
  if (decoded.ok) {
    const told = type !== YAML_TYPE && context.query.get('fieldValidation') !== 'Ignore'
    const faults = told ? duplicateFields(text, decoded.value) : []
    return { value: objectAs(expected, body, decoded.value), faults, body }
  }
  if (type !== YAML_TYPE) throw unrecognized(expected, body, NO_KIND + jsonFault(text, decoded.error))
  const parsed = await readYamlText(text)
  if (!parsed.ok) throw unrecognized(expected, body, parsed.error)
  return { value: objectAs(expected, body, parsed.value), faults: [], body }
}

/** Go's words for what decodeJson refuses. */
function jsonFault(text: string, error: string): string {
  if (error !== 'exceeded max depth') return goJsonError(text)
  return `invalid character '${text.includes('[[') ? '[' : '{'}' exceeded max depth`
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

function readJson(body: Buffer): unknown {
  const text = body.toString('utf8')
  const decoded = decodeJson(text)
  if (!decoded.ok) throw badRequest(NO_KIND + jsonFault(text, decoded.error))
  return decoded.value
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
