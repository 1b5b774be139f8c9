/**
 * Permission claims of v1alpha1 and v1alpha2, without loss: what the other version cannot say rides along in an annotation
 * (kcp's apis/v1alpha2 conversion). v1alpha1 knows no verbs and no label selectors; v1alpha2 no selection by name.
 */
import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from '../../machinery/index.ts'

const PREFIX = 'apis.v1alpha2.kcp.io/'

export type Claim = Readonly<Record<string, unknown>> & {
  readonly group?: string
  readonly resource?: string
  readonly identityHash?: string
}

/** Where claims are, and the annotations that carry what does not fit. */
export interface ClaimField {
  readonly path: readonly ['spec' | 'status', string]
  /** On v1alpha1: claims as v1alpha2 has them. */
  readonly newer: string
  /** On v1alpha2: claims as v1alpha1 had them. */
  readonly older: string
  /** Whether the claims of v1alpha2 have a `selector` (those of bindings). */
  readonly selects: boolean
}

export const EXPORT_CLAIMS: readonly ClaimField[] = [
  {
    path: ['spec', 'permissionClaims'],
    newer: `${PREFIX}permission-claims`,
    older: `${PREFIX}v1alpha1-permission-claims`,
    selects: false,
  },
]

export const BINDING_CLAIMS: readonly ClaimField[] = [
  {
    path: ['spec', 'permissionClaims'],
    newer: `${PREFIX}acceptable-permission-claims`,
    older: `${PREFIX}v1alpha1-permission-claims`,
    selects: true,
  },
  {
    path: ['status', 'exportPermissionClaims'],
    newer: `${PREFIX}status-export-permission-claims`,
    older: `${PREFIX}v1alpha1-status-export-permission-claims`,
    selects: false,
  },
  {
    path: ['status', 'appliedPermissionClaims'],
    newer: `${PREFIX}status-applied-permission-claims`,
    older: `${PREFIX}v1alpha1-status-applied-permission-claims`,
    selects: true,
  },
]

/** Undefined where the annotation does not decode. */
export function carriedClaims(object: KubeObject, annotation: string): readonly Claim[] | undefined {
  const text = object.metadata.annotations?.[annotation]
  if (text === undefined) return []
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? (parsed as Claim[]) : undefined
  } catch {
    return undefined
  }
}

export function isSameClaim(one: Claim, other: Claim): boolean {
  return (['group', 'resource', 'identityHash'] as const).every((key) => (one[key] ?? '') === (other[key] ?? ''))
}

/** `object` is one of v1alpha2, and becomes one of v1alpha1. */
export function claimsToOlder(object: KubeObject, field: ClaimField): void {
  convert(object, field, { takes: field.older, leaves: field.newer }, (claim) => {
    const { verbs: _verbs, selector: _selector, defaultSelector: _default, ...rest } = claim
    return { ...rest, all: true }
  })
}

/** `object` is one of v1alpha1, and becomes one of v1alpha2. */
export function claimsToNewer(object: KubeObject, field: ClaimField): void {
  convert(object, field, { takes: field.newer, leaves: field.older }, (claim) => {
    const { all: _all, resourceSelector: _selector, ...rest } = claim
    return { identityHash: '', ...rest, verbs: ['*'], ...(field.selects && { selector: { matchAll: true } }) }
  })
}

function convert(
  object: KubeObject,
  { path: [part, key] }: ClaimField,
  { takes, leaves }: { readonly takes: string; readonly leaves: string },
  plainly: (claim: Claim) => Claim,
): void {
  const owner = object[part] as Record<string, unknown> | undefined
  const claims = owner?.[key]
  const carried = carriedClaims(object, takes) ?? []
  const { [takes]: _taken, ...annotations } = object.metadata.annotations ?? {}
  object.metadata.annotations = annotations
  if (owner === undefined || !Array.isArray(claims)) return
  const isBack = (claim: Claim) => carried.find((each) => isSameClaim(each, claim))
  owner[key] = claims.map((claim: Claim) => withState(isBack(claim) ?? plainly(claim), claim))
  const lost = claims.filter((claim: Claim) => isBack(claim) === undefined && !isPlain(claim))
  if (lost.length > 0) object.metadata.annotations = { ...annotations, [leaves]: JSON.stringify(lost) }
}

/** Whether a claim was accepted is said in both versions. */
function withState(claim: Claim, { state }: Claim): Claim {
  return state === undefined ? claim : { ...claim, state }
}

/** The other version's plain form says all of it. */
function isPlain({ verbs, selector, defaultSelector, resourceSelector }: Claim): boolean {
  return (
    (verbs === undefined || isDeepStrictEqual(verbs, ['*'])) &&
    (selector === undefined || isDeepStrictEqual(selector, { matchAll: true })) &&
    defaultSelector === undefined &&
    resourceSelector === undefined
  )
}
