/** Query parameters and bodies that say how a verb is to be carried out: metav1.CreateOptions, DeleteOptions and friends. */
import {
  badRequest,
  fieldInvalid,
  fieldNotSupported,
  invalid,
  type JsonObject,
  type ObjectMeta,
  quote,
  type StatusCause,
  unreadable,
} from '../machinery/index.ts'
import type { FieldValidation } from './admission.ts'

export function readDryRun(values: readonly string[], kind: string): boolean {
  for (const value of values) {
    if (value !== 'All') {
      const message = `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`
      throw invalid({ group: 'meta.k8s.io', kind }, '', [
        { reason: 'FieldValueNotSupported', message, field: 'dryRun' },
      ])
    }
  }
  return values.length > 0
}

const FIELD_VALIDATIONS: readonly FieldValidation[] = ['Ignore', 'Warn', 'Strict']

export function readFieldValidation(query: URLSearchParams, kind: string): FieldValidation {
  const value = query.get('fieldValidation')
  if (value === null || value === '') return 'Warn'
  const known = FIELD_VALIDATIONS.find((candidate) => candidate === value)
  if (known !== undefined) return known
  const supported = ['', ...FIELD_VALIDATIONS.toSorted()]
  throw invalid({ group: 'meta.k8s.io', kind }, '', [fieldNotSupported('fieldValidation', value, supported)])
}

export type Propagation = 'Orphan' | 'Background' | 'Foreground'

export interface DeleteOptions {
  readonly dryRun: boolean
  /** Undefined: what the object's finalizers say already, else Background. */
  readonly propagation: Propagation | undefined
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string }
}

/** In upstream's order, which its messages have. */
const PROPAGATIONS: readonly Propagation[] = ['Foreground', 'Background', 'Orphan']

/** The body wins over the query, as upstream. */
export function readDeleteOptions(body: Record<string, unknown> | undefined, query: URLSearchParams): DeleteOptions {
  const { kind = 'DeleteOptions' } = body ?? {}
  if (kind !== 'DeleteOptions') {
    const version = String(body?.apiVersion ?? '')
    throw badRequest(`no kind "${kind}" is registered for version "${version}" in scheme "pkg/runtime/scheme.go:111"`)
  }
  const seconds = query.get('gracePeriodSeconds')
  if (body === undefined && seconds !== null && !/^[+-]?\d+$/.test(seconds)) {
    throw badRequest(`strconv.ParseInt: parsing ${quote(seconds)}: invalid syntax`)
  }
  const dryRun = Array.isArray(body?.dryRun) ? body.dryRun.map(String) : query.getAll('dryRun')
  const policy = body?.propagationPolicy ?? query.get('propagationPolicy') ?? undefined
  const orphan = body?.orphanDependents ?? query.get('orphanDependents') ?? undefined
  if (policy !== undefined && orphan !== undefined) {
    const message = 'orphanDependents and deletionPropagation cannot be both set'
    throw invalidDelete(fieldInvalid('propagationPolicy', policy, message))
  }
  const propagation = PROPAGATIONS.find((candidate) => candidate === policy)
  if (policy !== undefined && propagation === undefined) {
    throw invalidDelete(fieldNotSupported('propagationPolicy', policy, [...PROPAGATIONS, 'nil']))
  }
  const { uid, resourceVersion } = (body?.preconditions ?? preconditionsIn(query)) as Preconditions
  return {
    dryRun: readDryRun(dryRun, 'DeleteOptions'),
    propagation:
      propagation ?? (orphan === undefined ? undefined : String(orphan) === 'true' ? 'Orphan' : 'Background'),
    preconditions: { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) },
  }
}

type Preconditions = Pick<ObjectMeta, 'uid' | 'resourceVersion'>

/** apimachinery/pkg/apis/meta/v1/conversion.go, Convert_url_Values_To_v1_DeleteOptions */
function preconditionsIn(query: URLSearchParams): Preconditions {
  const uid = query.get('uid') ?? ''
  const resourceVersion = query.get('resourceVersion') ?? ''
  return { ...(uid !== '' && { uid }), ...(resourceVersion !== '' && { resourceVersion }) }
}

/** DeleteOptions as the client sent them, for webhooks and policies. */
export function sentDeleteOptions(body: Record<string, unknown> | undefined, query: URLSearchParams): JsonObject {
  const dryRun = query.getAll('dryRun')
  const policy = query.get('propagationPolicy')
  const orphan = query.get('orphanDependents')
  return {
    ...(dryRun.length > 0 && { dryRun }),
    ...(policy !== null && { propagationPolicy: policy }),
    ...(orphan !== null && { orphanDependents: orphan === 'true' }),
    ...(body as JsonObject | undefined),
  }
}

function invalidDelete(cause: StatusCause): Error {
  return invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [cause])
}

const UINT64_LIMIT = 2n ** 64n

/** A resourceVersion as a client sends it; '' and '0' are given back as 0. Throws 500 without a reason, as upstream does. */
export function readVersion(text: string | null | undefined): number {
  const version = parseVersion(text)
  if (typeof version === 'string') throw unreadable(version)
  return version
}

/** The same for a list, of which upstream says 400. */
export function readListVersion(text: string | null | undefined): number {
  const version = parseVersion(text)
  if (typeof version === 'string') throw badRequest(`invalid resource version: ${version}`)
  return version
}

/** The version, or what is wrong with it. What no store of ours can reach is as far in the future as can be said. */
function parseVersion(text: string | null | undefined): number | string {
  if (text === null || text === undefined || text === '') return 0
  const given = JSON.stringify(text)
  const problem = /^\d+$/.test(text)
    ? BigInt(text) < UINT64_LIMIT
      ? undefined
      : 'value out of range'
    : 'invalid syntax'
  if (problem !== undefined)
    return `resourceVersion: Invalid value: ${given}: strconv.ParseUint: parsing ${given}: ${problem}`
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER)
}
