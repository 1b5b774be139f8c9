/** Reads the body of a request: JSON, YAML, or Kubernetes protobuf for built-in kinds. */
import {
  badRequest,
  decodeJson,
  decodeProtobuf,
  goDecodingError,
  type Json,
  type JsonObject,
  type KubeObject,
  messageNamed,
  metadataTypeError,
  type StructuralSchema,
  unsupportedMediaType,
} from '../machinery/index.ts'
import type { FieldValidation } from './admission.ts'
import { expectedKind, NO_KIND, typeMetaFault } from './built-in-body.ts'
import type { RequestContext, ResourceContext } from './context.ts'
import { LARGE_BODY, readLarge } from './large-objects.ts'
import {
  type DecodedObject,
  decodeSubmitted,
  JSON_TYPE,
  jsonFault,
  PROTOBUF_TYPE,
  type Sent,
  YAML_TYPE,
} from './submitted.ts'
import { readYamlText } from './yaml-thread.ts'

/** apiserver's limit for write requests (MaxRequestBodyBytes). */
export const BODY_LIMIT = 3 * 1024 * 1024

export function contentTypeOf(context: RequestContext): string {
  const header = context.request.headers['content-type'] ?? ''
  return header.split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** The DeleteOptions of a body, or whatever else has another kind; undefined for an empty body. Throws 400 or 415. */
export async function readOptions(context: RequestContext): Promise<Record<string, unknown> | undefined> {
  const body = await context.request.body(BODY_LIMIT)
  if (body.length === 0) return undefined
  const type = contentTypeOf(context)
  if (type === PROTOBUF_TYPE) {
    const decoded = decodeProtobuf(body, { apiVersion: 'meta.k8s.io/v1', kind: DELETE_OPTIONS })
    if (!decoded.ok) throw badRequest(decoded.error)
    return decoded.value
  }
  const value =
    type === YAML_TYPE ? await readYamlBody(body) : type === JSON_TYPE || type === '' ? readJson(body) : undefined
  if (value === undefined) throw unsupportedMediaType(type, [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE])
  const options = (value ?? {}) as JsonObject
  const isOptions = (options.kind ?? DELETE_OPTIONS) === DELETE_OPTIONS
  const fault =
    typeMetaFault(value) ??
    (isOptions ? goDecodingError(messageNamed(`meta/v1.${DELETE_OPTIONS}`), options) : undefined)
  if (fault !== undefined) throw badRequest(fault)
  return options
}

const DELETE_OPTIONS = 'DeleteOptions'

/** Where YAML costs about as much as JSON does at LARGE_BODY. */
const LARGE_YAML = 8 * 1024

export interface SubmittedObject extends DecodedObject {
  /** It has been conformed to the schema that was named; `faults` say what was unknown, too. */
  readonly conformed: boolean
}

/**
 * An object with metadata whose fields have the types that they must have; of a built-in kind, all fields.
 *
 * @param target - what the caller will conform the object to: with a large one that is done where it is read.
 */
export async function readKubeObject(
  context: ResourceContext,
  target?: { readonly schema: StructuralSchema | undefined; readonly validation: FieldValidation },
): Promise<SubmittedObject> {
  const { definition, info, request, query } = context
  const body = await request.body(BODY_LIMIT)
  const type = contentTypeOf(context)
  const sent: Sent = {
    expected: expectedKind(definition, info.subresource),
    builtIn: definition.builtIn,
    type,
    isTyped: request.headers['content-type'] !== undefined,
    told: query.get('fieldValidation') !== 'Ignore',
  }
  const isLarge = body.length > (type === YAML_TYPE ? LARGE_YAML : LARGE_BODY)
  return isLarge ? readLarge(body, sent, target) : { ...decodeSubmitted(body, sent), conformed: false }
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

function readJson(body: Buffer): Json {
  const text = body.toString('utf8')
  const decoded = decodeJson(text)
  if (!decoded.ok) throw badRequest(NO_KIND + jsonFault(text, decoded.error))
  return decoded.value
}

async function readYamlBody(body: Buffer): Promise<Json> {
  const parsed = await readYamlText(body)
  if (!parsed.ok) throw badRequest(NO_KIND + parsed.error)
  return parsed.value.value
}
