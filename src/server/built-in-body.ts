/** Bodies of built-in kinds as Go's decoders see them, with their messages (apiserver/pkg/endpoints/handlers/rest.go). */
import {
  badRequest,
  formatApiVersion,
  goDecodingError,
  goKind,
  type Json,
  type JsonObject,
  type KubeObject,
  messageOf,
  parseApiVersion,
  type StatusError,
} from '../machinery/index.ts'
import type { ResourceDefinition } from './definition.ts'

export interface ExpectedKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** A subresource may be of another kind than the resource. */
export function expectedKind(
  { group, version, names, subresources }: ResourceDefinition,
  subresource: string,
): ExpectedKind {
  const other = Object.hasOwn(subresources, subresource) ? subresources[subresource]?.kind : undefined
  return other ?? { group, version, kind: names.kind }
}

/** What the beginning of these messages means: that not even the kind could be read. */
export const NO_KIND = "couldn't get version/kind; json parse error: "
const TYPE_META = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`
const EXCERPT = 30

/** transformDecodeError for a body whose kind is not known. */
export function unrecognized({ kind }: ExpectedKind, body: Buffer, error: string): StatusError {
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${error} (${summary(body)})`)
}

function summary(body: Buffer): string {
  if (body.length === 0) return '<empty>'
  const head = body.subarray(0, EXCERPT).toString(body[0] === 0x7b ? 'utf8' : 'hex')
  return body.length > EXCERPT ? `${head} ...` : head
}

/** A JSON value as an object whose kind and apiVersion are texts; null is an empty one. */
export function objectAs(expected: ExpectedKind, body: Buffer, value: Json): JsonObject {
  const fault = typeMetaFault(value)
  if (fault !== undefined) throw unrecognized(expected, body, fault)
  return (value ?? {}) as JsonObject
}

/** Why Go could not read the kind and apiVersion of a JSON value. */
export function typeMetaFault(value: Json): string | undefined {
  if (value === null) return undefined
  if (typeof value !== 'object' || Array.isArray(value)) {
    return `${NO_KIND}json: cannot unmarshal ${goKind(value)} into Go value of type ${TYPE_META}`
  }
  for (const field of ['apiVersion', 'kind']) {
    const name = value[field] ?? ''
    if (typeof name === 'string') continue
    const error = `json: cannot unmarshal ${goKind(name)} into Go struct field .${field} of type string`
    return NO_KIND + error
  }
  return undefined
}

/** The kind and apiVersion that the body leaves out. */
export function expectedTypeMeta(expected: ExpectedKind, value: JsonObject): { apiVersion?: string; kind?: string } {
  const typeMeta: { apiVersion?: string; kind?: string } = {}
  if ((value.apiVersion ?? '') === '') {
    delete value.apiVersion
    typeMeta.apiVersion = formatApiVersion(expected)
  }
  if ((value.kind ?? '') === '') {
    delete value.kind
    typeMeta.kind = expected.kind
  }
  return typeMeta
}

/** Throws 400 unless Go could decode the object into the struct of its kind, and make it the one that is expected. */
export function checkDecodes(expected: ExpectedKind, object: KubeObject): void {
  const fault = decodingFault(expected, object)
  if (fault === undefined) return
  throw notHandled(object, expected.kind, fault)
}

/** transformDecodeError for a body whose kind is known. */
export function notHandled(
  { apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>,
  expected: string,
  why: string,
): StatusError {
  const { version = apiVersion } = parseApiVersion(apiVersion) ?? {}
  return badRequest(`${kind} in version "${version}" cannot be handled as a ${expected}: ${why}`)
}

/** Why Go could not decode the object into the struct of its kind, or not make it the one that is expected. */
export function decodingFault(expected: ExpectedKind, object: KubeObject): string | undefined {
  const { group = '', version = object.apiVersion } = parseApiVersion(object.apiVersion) ?? {}
  const { kind } = object
  const table = messageOf(group, version, kind)
  if (table === undefined) {
    // A kind of ours, or one that has no message yet, is judged by its schema alone.
    if (kind === expected.kind && group === expected.group && version === expected.version) return undefined
    return `no kind "${kind}" is registered for version "${object.apiVersion}" in scheme "pkg/runtime/scheme.go:111"`
  }
  const error = goDecodingError(table, object as unknown as JsonObject)
  if (error !== undefined || kind === expected.kind) return error
  return `converting (${version}.${kind}) to (${internalPackage(expected.group)}.${expected.kind}): unknown conversion`
}

/** Where Go has the internal types of a group. */
export function internalPackage(group: string): string {
  return group === '' || group === 'events.k8s.io' ? 'core' : (group.split('.')[0] ?? '')
}
