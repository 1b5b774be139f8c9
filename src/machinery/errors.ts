/**
 * Every failure that Keelson throws on purpose. Over the API a failure is a Kubernetes Status; each has one named function
 * here, with upstream's reason, code and wording (apimachinery/pkg/api/errors). A program that embeds us, or the command
 * line, gets a KeelsonError: one line that names what is wrong and the remedy.
 */
import { formatGroupResource, type GroupResource } from './object.ts'

export interface StatusCause {
  /** Absent for what a plugin or the server itself says. */
  reason?: string
  message: string
  field?: string
}

/** metav1.Status with status Failure. */
export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  /** `continue` with reason Expired: where a list may go on, inconsistently. */
  metadata: { continue?: string }
  status: 'Failure'
  message: string
  reason?: string
  details?: {
    name?: string
    group?: string
    kind?: string
    uid?: string
    causes?: StatusCause[]
    retryAfterSeconds?: number
  }
  code: number
}

/** A request that failed: carries the Status that the client gets. */
export class StatusError extends Error {
  override readonly name = 'StatusError'
  readonly status: Status

  constructor(status: Status) {
    super(status.message)
    this.status = status
  }
}

/** One whose Status is so long that it has been put into JSON elsewhere; `status` has the first of its causes alone. */
export class EncodedStatusError extends StatusError {
  readonly encoded: Buffer

  constructor(status: Status, encoded: Buffer) {
    super(status)
    this.encoded = encoded
  }
}

/** A command or an embedding program cannot go on. `message` says what is wrong, `remedy` what to do about it. */
export class KeelsonError extends Error {
  override readonly name = 'KeelsonError'
  readonly remedy: string
  readonly exitCode: number

  constructor(message: string, remedy: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.remedy = remedy
    this.exitCode = options.exitCode ?? 1
  }
}

export function isStatus(error: unknown, reason: string): error is StatusError {
  return error instanceof StatusError && error.status.reason === reason
}

function failure(code: number, reason: string, message: string, details?: Status['details']): StatusError {
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  })
}

function named(resource: GroupResource, name: string): NonNullable<Status['details']> {
  return {
    ...(name === '' ? {} : { name }),
    ...(resource.group === '' ? {} : { group: resource.group }),
    ...(resource.resource === '' ? {} : { kind: resource.resource }),
  }
}

export function notFound(resource: GroupResource, name: string): StatusError {
  return failure(404, 'NotFound', `${formatGroupResource(resource)} "${name}" not found`, named(resource, name))
}

/** A resource that a built-in group does not have. */
export function resourceNotServed(): StatusError {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {})
}

/** A method that the path does not take at all: a PUT of a collection, a POST of one object. */
export function methodNotRouted(): StatusError {
  return failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
}

/** Go's http.NotFound: clients tell by this text that it is the path that is unknown, not an object. */
export const PATH_NOT_FOUND = '404 page not found'

/** The URL names nothing that is served here: answered as plain text, as upstream. */
export function pathNotFound(): StatusError {
  return failure(404, 'NotFound', PATH_NOT_FOUND, {})
}

export function alreadyExists(resource: GroupResource, name: string): StatusError {
  const message = `${formatGroupResource(resource)} "${name}" already exists`
  return failure(409, 'AlreadyExists', message, named(resource, name))
}

export function conflict(resource: GroupResource, name: string, message: string): StatusError {
  const text = `Operation cannot be fulfilled on ${formatGroupResource(resource)} "${name}": ${message}`
  return failure(409, 'Conflict', text, named(resource, name))
}

/** The message of an update that carries an older resourceVersion than the stored one. */
export const OBJECT_MODIFIED =
  'the object has been modified; please apply your changes to the latest version and try again'

/** The 409 of an apply that would change what others own; its causes name them and their fields. */
export function applyConflict(message: string, causes: readonly StatusCause[]): StatusError {
  return failure(409, 'Conflict', message, { causes: [...causes] })
}

/** An applied configuration that does not have its type. Upstream has no reason for it, and answers 500. */
export function applyMistyped(message: string): StatusError {
  return failure(500, '', message)
}

/** What upstream passes on as it is, without a reason: 500. */
export function uncategorized(message: string): StatusError {
  return failure(500, '', message)
}

export interface GroupKind {
  group: string
  kind: string
}

/** An error of upstream's that has no reason of its own: 500, and nothing but its text. */
export function unreadable(message: string): StatusError {
  return failure(500, '', message)
}

/** A 422 with one cause per field; upstream joins them as field.ErrorList does. */
export function invalid(kind: GroupKind, name: string, causes: readonly StatusCause[]): StatusError {
  const texts = [...new Set(causes.map((cause) => `${cause.field ?? '<nil>'}: ${cause.message}`))]
  const joined = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  const qualified = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`
  const details = {
    ...(name === '' ? {} : { name }),
    ...(kind.group === '' ? {} : { group: kind.group }),
    ...(kind.kind === '' ? {} : { kind: kind.kind }),
    causes: [...causes],
  }
  return failure(422, 'Invalid', `${qualified} "${name}" is invalid: ${joined}`, details)
}

export function badRequest(message: string): StatusError {
  return failure(400, 'BadRequest', message)
}

/** A patch that is malformed (400), too large (413) or cannot be applied to the object that is there (422). */
export function patchRefused(code: number, message: string): StatusError {
  if (code === 400) return badRequest(message)
  if (code === 413) return failure(413, 'RequestEntityTooLarge', message)
  return code === 422 ? failure(422, 'Invalid', message, {}) : uncategorized(message)
}

export function unauthorized(): StatusError {
  return failure(401, 'Unauthorized', 'Unauthorized')
}

export function forbidden(resource: GroupResource, name: string, message: string): StatusError {
  const subject =
    resource.resource === ''
      ? 'forbidden'
      : name === ''
        ? `${formatGroupResource(resource)} is forbidden`
        : `${formatGroupResource(resource)} "${name}" is forbidden`
  return failure(403, 'Forbidden', `${subject}: ${message}`, named(resource, name))
}

export function methodNotAllowed(resource: GroupResource, verb: string): StatusError {
  const details = named(resource, '')
  const message = `${verb} is not supported on resources of kind "${formatGroupResource(resource)}"`
  return failure(405, 'MethodNotAllowed', message, details)
}

export function notAcceptable(supported: readonly string[]): StatusError {
  const message = `only the following media types are accepted: ${supported.join(', ')}`
  return failure(406, 'NotAcceptable', message)
}

/** Metadata of a list was asked for as that of one object, or the other way round (handlers/response.go). */
export function wrongForm(asked: string, isList: boolean, goType: string): StatusError {
  const found = isList ? 'is a list' : 'is not a list'
  return failure(406, 'NotAcceptable', `you requested ${asked}, but the requested object ${found} (*${goType})`)
}

/** The 406 of upstream's router, before its handlers are asked. */
export function notRepresentable(available: readonly string[]): StatusError {
  const message = `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`
  return failure(406, 'NotAcceptable', message, {})
}

export function unsupportedMediaType(contentType: string, supported: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${supported.join(', ')}`
  return failure(415, 'UnsupportedMediaType', contentType === '' ? message : message)
}

/** The 415 of upstream's router, before its handlers are asked. */
export function mediaTypeNotRouted(): StatusError {
  return failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
}

export function requestEntityTooLarge(limit: number): StatusError {
  return failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`)
}

/** 410: the resourceVersion or continue token is older than the history that is kept. */
export function expired(message: string): StatusError {
  return failure(410, 'Expired', message)
}

export function timedOut(message: string, retryAfterSeconds = 0): StatusError {
  return failure(504, 'Timeout', message, retryAfterSeconds > 0 ? { retryAfterSeconds } : {})
}

/** With a time, clients try again by themselves. */
export function serviceUnavailable(message: string, retryAfterSeconds = 0): StatusError {
  return failure(503, 'ServiceUnavailable', message, retryAfterSeconds > 0 ? { retryAfterSeconds } : {})
}

/** A fault of ours. The client gets no detail beyond the message; the log gets the cause. */
export function internalError(message: string): StatusError {
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] })
}
