/** AdmissionReview: what a webhook is asked, and what its answer must be (…/webhook/request/admissionreview.go). */
import { type JsonObject, quote, type Status, StatusError } from '../../machinery/index.ts'
import { type Fields, fieldsIn, isAbsent, isFields, textIn, textsIn } from '../builtins/untyped.ts'
import { requestOf, type Versioned } from './activation.ts'

const GROUP = 'admission.k8s.io'

export interface ReviewAnswer {
  readonly allowed: boolean
  /** Decoded; empty for none. */
  readonly patch: string
  readonly patchType: string
  readonly result: Fields | undefined
  readonly warnings: readonly string[]
}

/** The first of the versions that we know; undefined when there is none. */
export function reviewVersion(versions: readonly string[]): string | undefined {
  return versions.find((version) => version === 'v1' || version === 'v1beta1')
}

export function createReview(version: string, uid: string, versioned: Versioned): JsonObject {
  const { object, old } = versioned
  const request = requestOf(versioned)
  return {
    kind: 'AdmissionReview',
    apiVersion: `${GROUP}/${version}`,
    request: {
      uid,
      ...request,
      object: (object ?? null) as JsonObject | null,
      oldObject: (old ?? null) as JsonObject | null,
    },
  }
}

/** @throws Error saying what is wrong with the answer. */
export function readReview(review: unknown, version: string, uid: string, mutating: boolean): ReviewAnswer {
  const { apiVersion, kind, response } = fieldsIn(review)
  const given = { apiVersion: textIn(apiVersion), kind: textIn(kind) }
  checkType(given, version)
  if (!isFields(response)) throw new Error('received invalid webhook response: webhook response was absent')
  if (version === 'v1') checkV1(response, given, uid, mutating)
  const patch =
    mutating && typeof response.patch === 'string' ? Buffer.from(response.patch, 'base64').toString('utf8') : ''
  return {
    allowed: response.allowed === true,
    patch,
    patchType: version === 'v1' || patch === '' ? textIn(response.patchType) : 'JSONPatch',
    result: isFields(response.status) ? response.status : undefined,
    warnings: textsIn(response.warnings),
  }
}

interface TypeMeta {
  readonly apiVersion: string
  readonly kind: string
}

/** What names no kind is taken for what was asked for. */
function checkType({ apiVersion, kind }: TypeMeta, version: string): void {
  if (kind === '' && apiVersion === '') return
  const [group = '', given = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  if (group !== GROUP || kind !== 'AdmissionReview' || (given !== 'v1' && given !== 'v1beta1')) {
    const place = 'in scheme "pkg/runtime/scheme.go:111"'
    const known = `no kind ${quote(kind)} is registered for version ${quote(apiVersion)} ${place}`
    throw new Error(`failed to call webhook: ${known}`)
  }
  if (given !== version) {
    const types = `(${given}.AdmissionReview) to (${version}.AdmissionReview)`
    throw new Error(`failed to call webhook: converting ${types}: unknown conversion`)
  }
}

function checkV1(response: Fields, { apiVersion, kind }: TypeMeta, uid: string, mutating: boolean): void {
  const refuse = (text: string): never => {
    throw new Error(`received invalid webhook response: ${text}`)
  }
  if (textIn(response.uid) !== uid) refuse(`expected response.uid=${quote(uid)}, got ${quote(textIn(response.uid))}`)
  if (kind === '') {
    refuse(`expected webhook response of ${GROUP}/v1, Kind=AdmissionReview, got ${apiVersion || '/'}, Kind=`)
  }
  const hasPatch = textIn(response.patch) !== ''
  const hasType = !isAbsent(response.patchType)
  if (!mutating) {
    if (hasPatch) refuse('validating webhook may not return response.patch')
    if (hasType) refuse('validating webhook may not return response.patchType')
    return
  }
  if (hasPatch && !hasType) refuse('webhook returned response.patch but not response.patchType')
  if (!hasPatch && hasType) refuse('webhook returned response.patchType but not response.patch')
  if (hasType && textIn(response.patchType) === '') refuse('webhook returned invalid response.patchType of ""')
}

/** The Status of a refusal, as the webhook would have it, never a success (…/webhook/errors/statuserror.go). */
export function refusalOf(webhook: string, result: Fields | undefined): StatusError {
  const by = `admission webhook ${quote(webhook)} denied the request`
  const { message, reason, code, details, metadata } = result ?? {}
  const explained = textIn(message) || textIn(reason)
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: isFields(metadata) ? (metadata as Status['metadata']) : {},
    status: 'Failure',
    message: explained === '' ? `${by} without explanation` : `${by}: ${explained}`,
    ...(textIn(reason) !== '' && { reason: textIn(reason) }),
    ...(isFields(details) && { details: details as NonNullable<Status['details']> }),
    code: typeof code === 'number' && code >= 400 ? code : 400,
  })
}
