/**
 * Acting as somebody else: the `Impersonate-*` headers by upstream's rules (apiserver/pkg/endpoints/filters/impersonation,
 * the plain mode; the constrained one is alpha and off), inside kcp's (pkg/server/filters/impersonation.go).
 */
import { badRequest, forbidden, type Headers, type StatusError, type UserInfo } from '../../machinery/index.ts'
import { isLocal } from './local-user.ts'
import { valuesOf } from './request-headers.ts'
import { parseServiceAccountUsername, serviceAccountGroups } from './service-account.ts'
import {
  ALL_AUTHENTICATED,
  ALL_UNAUTHENTICATED,
  ANONYMOUS,
  CLUSTER_NAME,
  EXTERNAL_LOGICAL_CLUSTER_ADMIN,
  isLifecycleGroup,
  KCP_ADMIN,
  LOGICAL_CLUSTER_ADMIN,
  SCOPES,
  SYSTEM_MASTERS,
  WARRANT,
  WORKSPACE_BOOTSTRAPPER,
} from './users.ts'

const EXTRA_PREFIX = 'impersonate-extra-'

/** kcp: nobody can become a member of these who is not one already. */
const SPECIAL_GROUPS = new Set([
  SYSTEM_MASTERS,
  LOGICAL_CLUSTER_ADMIN,
  EXTERNAL_LOGICAL_CLUSTER_ADMIN,
  WORKSPACE_BOOTSTRAPPER,
  KCP_ADMIN,
  ALL_AUTHENTICATED,
])

/** One thing that the caller wants to be, and must be allowed to `impersonate`. */
export interface ImpersonationAttributes {
  readonly user: UserInfo
  readonly verb: 'impersonate'
  readonly group: '' | 'authentication.k8s.io'
  readonly version: 'v1'
  readonly resource: 'users' | 'serviceaccounts' | 'groups' | 'userextras' | 'uids'
  readonly subresource: string
  readonly namespace: string
  readonly name: string
}

export interface ImpersonationOptions {
  /** The logical cluster of the request's URL; empty when it names none. */
  readonly cluster: string
  /** Undefined when the caller may, else the 403 to answer. */
  readonly refuse: (attributes: ImpersonationAttributes) => Promise<StatusError | undefined>
}

/** The user as whom the request goes on: the caller, unless its headers name another. Throws 400 and 403. */
export async function impersonate(
  headers: Headers,
  caller: UserInfo,
  { cluster, refuse }: ImpersonationOptions,
): Promise<UserInfo> {
  const wanted = wantedUser(headers)
  if (wanted === undefined) return caller
  const local = isLocal(caller, cluster)
  // Whoever is known in one logical cluster alone makes nobody who is known elsewhere.
  const isMaster = caller.groups.includes(SYSTEM_MASTERS) && !local
  if (!isMaster && wantsSpecial(wanted, caller)) {
    throw forbidden({ group: '', resource: '' }, '', 'impersonation is not allowed for the requestor')
  }
  for (const attributes of requestsOf(wanted, caller)) {
    const refusal = await refuse(attributes)
    if (refusal !== undefined) throw refusal
  }
  const extra = {
    ...wanted.extra,
    ...(!isMaster && { [SCOPES]: [...(wanted.extra[SCOPES] ?? []), `cluster:${cluster}`] }),
    ...(local && { [CLUSTER_NAME]: [cluster] }),
  }
  return {
    username: wanted.username,
    ...(wanted.uid === '' ? {} : { uid: wanted.uid }),
    groups: effectiveGroups(wanted),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  }
}

/** A warrant is a further identity that the request is judged by: whoever could choose one could choose any group. */
function wantsSpecial({ groups, extra }: WantedUser, caller: UserInfo): boolean {
  if (extra[WARRANT] !== undefined) return true
  const isSpecial = (group: string) => SPECIAL_GROUPS.has(group) || isLifecycleGroup(group)
  return groups.some((group) => isSpecial(group) && !caller.groups.includes(group))
}

interface WantedUser {
  readonly username: string
  readonly uid: string
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}

function wantedUser(headers: Headers): WantedUser | undefined {
  const username = headers['impersonate-user'] ?? ''
  const uid = headers['impersonate-uid'] ?? ''
  const groups = valuesOf(headers['impersonate-group'])
  const extra = new Map<string, readonly string[]>()
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(EXTRA_PREFIX) || value === undefined) continue
    const key = unescapeKey(name.slice(EXTRA_PREFIX.length))
    extra.set(key, [...(extra.get(key) ?? []), ...valuesOf(value)])
  }
  const wanted = { username, uid, groups, extra: Object.fromEntries(extra) }
  if (username !== '') return wanted
  const asked = describe(wanted)
  if (asked.length === 0) return undefined
  throw badRequest(`requested [${asked.join(' ')}] without impersonating a user`)
}

function requestsOf(wanted: WantedUser, user: UserInfo): ImpersonationAttributes[] {
  const core = { user, verb: 'impersonate', group: '', version: 'v1', subresource: '', namespace: '' } as const
  const authentication = { ...core, group: 'authentication.k8s.io' } as const
  const account = parseServiceAccountUsername(wanted.username)
  return [
    account === undefined
      ? { ...core, resource: 'users', name: wanted.username }
      : { ...core, resource: 'serviceaccounts', ...account },
    ...wanted.groups.map((name) => ({ ...core, resource: 'groups', name }) as const),
    ...Object.entries(wanted.extra).flatMap(([subresource, values]) =>
      values.map((name) => ({ ...authentication, resource: 'userextras', subresource, name }) as const),
    ),
    ...(wanted.uid === '' ? [] : [{ ...authentication, resource: 'uids', name: wanted.uid } as const]),
  ]
}

/** Groups that are named are all there are; system:authenticated joins them unless they say otherwise. */
function effectiveGroups({ username, groups }: WantedUser): readonly string[] {
  const account = parseServiceAccountUsername(username)
  const named = groups.length === 0 && account !== undefined ? serviceAccountGroups(account.namespace) : groups
  if (username === ANONYMOUS) return named.includes(ALL_UNAUTHENTICATED) ? named : [...named, ALL_UNAUTHENTICATED]
  const says = named.includes(ALL_AUTHENTICATED) || named.includes(ALL_UNAUTHENTICATED)
  return says ? named : [...named, ALL_AUTHENTICATED]
}

/** As Go prints the ObjectReferences {Kind Namespace Name UID APIVersion ResourceVersion FieldPath}. */
function describe({ uid, groups, extra }: WantedUser): string[] {
  return [
    ...groups.map((name) => `{Group  ${name}    }`),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => `{UserExtra  ${value}  authentication.k8s.io/v1  ${key}}`),
    ),
    ...(uid === '' ? [] : [`{UID  ${uid}  authentication.k8s.io/v1  }`]),
  ]
}

/** Keys travel percent-encoded; what is not decodable counts as it is. */
function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}
