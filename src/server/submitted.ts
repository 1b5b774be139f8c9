/** What a client sends to be written, from its bytes to an object of its kind: on the event loop, or on the thread beside it. */
import {
  applyDefaults,
  decodeJson,
  decodeProtobuf,
  duplicateFields,
  duplicatesError,
  embeddedTypeError,
  formatApiVersion,
  goJsonError,
  type JsonObject,
  type KubeObject,
  metadataTypeError,
  parseYamlValue,
  pruneMetadata,
  pruneValue,
  type Result,
  unsupportedMediaType,
  type YamlValue,
} from '../machinery/index.ts'
import {
  checkDecodes,
  type ExpectedKind,
  expectedTypeMeta,
  NO_KIND,
  notHandled,
  objectAs,
  unrecognized,
} from './built-in-body.ts'
import type { ResourceDefinition } from './definition.ts'
import { fillNullTexts } from './metadata.ts'

export const JSON_TYPE = 'application/json'
export const YAML_TYPE = 'application/yaml'
export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf'

/** How a body is to be read. */
export interface Sent {
  readonly expected: ExpectedKind
  readonly builtIn: boolean
  /** The media type; '' for none. */
  readonly type: string
  /** Whether there is a Content-Type at all. */
  readonly isTyped: boolean
  /** Whether the client wants to know of keys that it has sent twice. */
  readonly told: boolean
}

export interface DecodedObject {
  readonly object: KubeObject
  /** `duplicate field "spec.size"`: what the body's text has more than once, unless the client does not care. */
  readonly faults: readonly string[]
}

/** An object with metadata whose fields have the types that they must have; of a built-in kind, all fields. Throws 400 or 415. */
export function decodeSubmitted(body: Buffer, sent: Sent): DecodedObject {
  const decoded = sent.builtIn ? decodeBuiltIn(body, sent) : decodeCustom(body, sent)
  fillNullTexts(decoded.object)
  return decoded
}

/** Without a kind or apiVersion of its own the body is of the kind that is expected. */
function decodeBuiltIn(body: Buffer, sent: Sent): DecodedObject {
  const { value, faults } = decodeValue(body, sent)
  const object = { ...expectedTypeMeta(sent.expected, value), ...value } as KubeObject
  object.metadata ??= {}
  checkDecodes(sent.expected, object)
  return { object, faults }
}

/** Upstream's decoder of custom resources needs to be told what they are. */
function decodeCustom(body: Buffer, sent: Sent): DecodedObject {
  const { value, faults } = decodeValue(body, sent)
  for (const [field, shown] of [
    ['kind', 'Kind'],
    ['apiVersion', 'apiVersion'],
  ] as const) {
    if ((value[field] ?? '') === '') {
      throw unrecognized(sent.expected, body, `Object '${shown}' is missing in '${body.toString('utf8').trimEnd()}'`)
    }
  }
  const object = value as unknown as KubeObject
  object.metadata ??= {}
  const wrong = metadataTypeError(value.metadata)
  if (wrong !== undefined) throw notHandled(object, sent.expected.kind, wrong)
  return { object, faults }
}

function decodeValue(body: Buffer, { expected, builtIn, type, isTyped, told }: Sent): DecodedValue {
  if (type === PROTOBUF_TYPE && builtIn) {
    const { kind } = expected
    const decoded = decodeProtobuf(body, { apiVersion: formatApiVersion(expected), kind })
    if (!decoded.ok && decoded.of !== undefined) throw notHandled(decoded.of, kind, decoded.error)
    if (!decoded.ok) throw unrecognized(expected, body, decoded.error)
    return { value: decoded.value as unknown as JsonObject, faults: [] }
  }
  if (type !== JSON_TYPE && type !== YAML_TYPE && (type !== '' || isTyped)) {
    throw unsupportedMediaType(type, [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE])
  }
  const text = body.toString('utf8')
  const decoded = decodeJson(text)
  if (decoded.ok) {
    const faults = type !== YAML_TYPE && told ? duplicateFields(text, decoded.value) : []
    return { value: objectAs(expected, body, decoded.value), faults }
  }
  if (type !== YAML_TYPE) throw unrecognized(expected, body, NO_KIND + jsonFault(text, decoded.error))
  const parsed = parseYamlValue(text)
  if (!parsed.ok) throw unrecognized(expected, body, parsed.error)
  const { value, duplicates } = parsed.value
  const faults = told && duplicates.length > 0 ? [duplicatesError(duplicates)] : []
  return { value: objectAs(expected, body, value), faults }
}

interface DecodedValue {
  readonly value: JsonObject
  readonly faults: readonly string[]
}

/** Go's words for what decodeJson refuses. */
export function jsonFault(text: string, error: string): string {
  if (error !== 'exceeded max depth') return goJsonError(text)
  return `invalid character '${text.includes('[[') ? '[' : '{'}' exceeded max depth`
}

/** A body in either form; YAML is what most clients fill with JSON. */
export function decodeYaml(text: string): Result<YamlValue> {
  const decoded = decodeJson(text)
  return decoded.ok ? { ok: true, value: { value: decoded.value, duplicates: [] } } : parseYamlValue(text)
}

/** What says how an object of a kind must look. */
export type Form = Pick<ResourceDefinition, 'schema' | 'builtIn' | 'printAsGo'>

/** Upstream reads the metadata of embedded objects together with the object's own (apiextensions, unstructuredSchemaCoercer). */
export function embeddedFault({ schema, builtIn }: Form, object: KubeObject): string | undefined {
  return schema?.holdsEmbeddedResource !== true || builtIn ? undefined : embeddedTypeError(schema, object as never)
}

/** @throws StatusError 400 */
export function checkEmbedded(form: Form, object: KubeObject): void {
  const fault = embeddedFault(form, object)
  if (fault !== undefined) throw notHandled(object, object.kind, fault)
}

/** Drops what the schema does not know. @returns `unknown field "spec.x"`, for each */
export function unknownFields({ schema, builtIn }: Form, object: KubeObject): string[] {
  if (schema === undefined) return []
  const dropped = [
    ...pruneMetadata(object.metadata as JsonObject, 'metadata'),
    // Go's decoder of structs tells them as it comes to them, that of custom resources by name.
    ...pruneValue(schema, object, { isResourceRoot: true, inOrder: builtIn }),
  ]
  return dropped.map((path) => `unknown field "${path}"`)
}

/** Fills in what is always there: a schema's defaults, or what Go prints of a struct. */
export function complete({ schema, printAsGo }: Form, object: KubeObject): void {
  if (printAsGo !== undefined) printAsGo(object)
  else if (schema !== undefined) applyDefaults(schema, object)
}

export interface ConformedPatch {
  /** Why it cannot be read. */
  readonly fault: string | undefined
  /** `unknown field "spec.x"`, for each. */
  readonly faults: readonly string[]
}

/** conformTo, of an object that has been patched. */
export function conformPatched(form: Form, object: KubeObject): ConformedPatch {
  const fault = embeddedFault(form, object)
  return { fault, faults: fault === undefined ? conformTo(form, object) : [] }
}

/** Drops what the kind does not know, and fills in what it always has. @returns `unknown field "spec.x"`, for each */
export function conformTo(form: Form, object: KubeObject): string[] {
  const texts = unknownFields(form, object)
  complete(form, object)
  return texts
}
