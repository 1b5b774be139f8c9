/**
 * Whose token of a service account it is (kubernetes/pkg/serviceaccount/claims.go, legacy.go), with kcp's claim that names the
 * logical cluster. A token is as good as what it speaks of: the account, and the Secret that it is bound to.
 */
import { timingSafeEqual } from 'node:crypto'
import type { JsonObject, KubeObject, UserInfo } from '../../machinery/index.ts'
import { fieldsIn, textIn, textsIn } from '../builtins/untyped.ts'
import { parseServiceAccountUsername, serviceAccountGroups, serviceAccountUsername } from './service-account.ts'
import { LEGACY_ISSUER, type TokenIssuer } from './token-issuer.ts'
import { CLUSTER_NAME, CREDENTIAL_ID } from './users.ts'

export type TokenVerdict =
  | { readonly user: UserInfo; readonly audiences: readonly string[] }
  /** Upstream's words for what is wrong with the token. */
  | { readonly error: string }

/** Undefined: no service account's token. `audiences`: whom it must be for; default: this API. */
export type ServiceAccountTokens = (token: string, audiences?: readonly string[]) => Promise<TokenVerdict | undefined>

export interface ServiceAccountTokensOptions {
  readonly issuer: TokenIssuer
  readonly now: () => number
  readonly serviceAccount: (cluster: string, namespace: string, name: string) => Promise<KubeObject | undefined>
  readonly secret: (cluster: string, namespace: string, name: string) => Promise<KubeObject | undefined>
}

/** jwt.DefaultLeeway: what was deleted just now may still speak. */
const LEEWAY = 60_000
const LEGACY_CLAIM = 'kubernetes.io/serviceaccount/'
export const INVALID_SINCE_LABEL = 'kubernetes.io/legacy-token-invalid-since'

export function serviceAccountTokens(options: ServiceAccountTokensOptions): ServiceAccountTokens {
  const { issuer } = options
  return async (token, audiences = issuer.audiences) => {
    const claims = await issuer.peek(token)
    if (claims === undefined || (claims.iss !== issuer.issuer && claims.iss !== LEGACY_ISSUER)) return undefined
    const unsigned = await issuer.verify(token)
    if (unsigned !== undefined) return { error: unsigned }
    const legacy = claims.iss === LEGACY_ISSUER
    const intended = audiencesOf(claims)
    // Only this API is meant by tokens that name no audience.
    const given = intended.length === 0 ? issuer.audiences : intended
    const shared = given.filter((audience) => audiences.includes(audience))
    if (shared.length === 0) {
      return { error: `token audiences ${quoted(given)} is invalid for the target audiences ${quoted(audiences)}` }
    }
    const judged = await (legacy ? judgeLegacy(claims, token, options) : judgeBound(claims, options))
    return typeof judged === 'string' ? { error: judged } : { user: judged, audiences: shared }
  }
}

/** The user, or what is wrong. */
type Judgement = UserInfo | string

async function judgeBound(claims: JsonObject, options: ServiceAccountTokensOptions): Promise<Judgement> {
  const now = options.now()
  if (seconds(claims.exp) * 1000 < now - LEEWAY) return 'service account token has expired'
  if (seconds(claims.nbf) * 1000 > now + LEEWAY) return 'service account token is not valid yet'
  const { namespace: ns, serviceaccount, secret: boundTo, clusterName } = fieldsIn(claims['kubernetes.io'])
  const [cluster, namespace] = [textIn(clusterName), textIn(ns)]
  const { name, uid } = reference(serviceaccount)
  const account = await options.serviceAccount(cluster, namespace, name)
  if (account === undefined) return `serviceaccounts "${name}" not found`
  if (account.metadata.uid !== uid) {
    return `service account UID (${account.metadata.uid}) does not match claim (${uid})`
  }
  if (wasDeleted(account, now)) return `service account ${namespace}/${name} has been deleted`
  if (boundTo !== undefined) {
    const wanted = reference(boundTo)
    const secret = await options.secret(cluster, namespace, wanted.name)
    if (secret === undefined || (secret.metadata.uid === wanted.uid && wasDeleted(secret, now))) {
      return 'service account token has been invalidated'
    }
    if (secret.metadata.uid !== wanted.uid) {
      return `secret UID (${secret.metadata.uid}) does not match service account secret ref claim (${wanted.uid})`
    }
  }
  const id = textIn(claims.jti)
  return userOf({ cluster, namespace, name, uid }, id === '' ? {} : { [CREDENTIAL_ID]: [`JTI=${id}`] })
}

async function judgeLegacy(
  claims: JsonObject,
  token: string,
  options: ServiceAccountTokensOptions,
): Promise<Judgement> {
  const claim = (name: string) => textIn(claims[LEGACY_CLAIM + name])
  const [namespace, name] = [claim('namespace'), claim('service-account.name')]
  const [uid, secretName, cluster] = [claim('service-account.uid'), claim('secret.name'), claim('clusterName')]
  const subject = parseServiceAccountUsername(textIn(claims.sub))
  if (subject === undefined || subject.namespace !== namespace || subject.name !== name) return 'sub claim is invalid'
  const secret = await options.secret(cluster, namespace, secretName)
  if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) return 'Token has been invalidated'
  const stored = Buffer.from(textIn(fieldsIn(secret.data).token), 'base64')
  const shown = Buffer.from(token)
  if (stored.length !== shown.length || !timingSafeEqual(stored, shown)) return "Token does not match server's copy"
  const account = await options.serviceAccount(cluster, namespace, name)
  if (account === undefined) return `serviceaccounts "${name}" not found`
  if (account.metadata.deletionTimestamp !== undefined) return `ServiceAccount ${namespace}/${name} has been deleted`
  if (account.metadata.uid !== uid) {
    return `ServiceAccount UID (${account.metadata.uid}) does not match claim (${uid})`
  }
  if ((secret.metadata.labels?.[INVALID_SINCE_LABEL] ?? '') !== '') {
    const advice = `Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${INVALID_SINCE_LABEL}' label from the secret to temporarily allow use of this token`
    return `the token in secret ${namespace}/${secretName} for service account ${namespace}/${name} has been marked invalid. ${advice}`
  }
  return userOf({ cluster, namespace, name, uid }, {})
}

interface Account {
  readonly cluster: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

function userOf({ cluster, namespace, name, uid }: Account, extra: NonNullable<UserInfo['extra']>): UserInfo {
  return {
    username: serviceAccountUsername(namespace, name),
    uid,
    groups: serviceAccountGroups(namespace),
    extra: { ...extra, [CLUSTER_NAME]: [cluster] },
  }
}

function reference(value: unknown): { name: string; uid: string } {
  const { name, uid } = fieldsIn(value)
  return { name: textIn(name), uid: textIn(uid) }
}

function audiencesOf({ aud }: JsonObject): readonly string[] {
  return typeof aud === 'string' ? [aud] : textsIn(aud)
}

function seconds(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

function wasDeleted({ metadata: { deletionTimestamp } }: KubeObject, now: number): boolean {
  return deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < now - LEEWAY
}

/** As Go's %q prints a list. */
function quoted(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`
}

/** The claims of a token that a TokenRequest asks for; times in milliseconds. */
export interface BoundToken extends Account {
  readonly id: string
  readonly audiences: readonly string[]
  readonly now: number
  readonly seconds: number
  readonly secret?: { readonly name: string; readonly uid: string }
}

export function boundClaims(token: BoundToken): JsonObject {
  const { cluster, namespace, name, uid, id, audiences, secret } = token
  const issued = Math.floor(token.now / 1000)
  return {
    aud: [...audiences],
    exp: issued + token.seconds,
    iat: issued,
    nbf: issued,
    jti: id,
    sub: serviceAccountUsername(namespace, name),
    'kubernetes.io': {
      namespace,
      serviceaccount: { name, uid },
      ...(secret !== undefined && { secret: { ...secret } }),
      clusterName: cluster,
    },
  }
}

/** The claims of a token that lies in a Secret, and never ends. */
export function legacyClaims({ cluster, namespace, name, uid }: Account, secretName: string): JsonObject {
  return {
    iss: LEGACY_ISSUER,
    sub: serviceAccountUsername(namespace, name),
    [`${LEGACY_CLAIM}namespace`]: namespace,
    [`${LEGACY_CLAIM}service-account.name`]: name,
    [`${LEGACY_CLAIM}service-account.uid`]: uid,
    [`${LEGACY_CLAIM}secret.name`]: secretName,
    [`${LEGACY_CLAIM}clusterName`]: cluster,
  }
}
