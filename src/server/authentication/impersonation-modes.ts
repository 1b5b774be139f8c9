/**
 * By which right somebody may act as another (apiserver/pkg/endpoints/filters/impersonation/mode.go). `impersonate` covers
 * whatever is done then; the constrained modes cover one kind of user and, by a verb of their own on what is asked for, one kind
 * of request: `impersonate:user-info` on the user and `impersonate-on:user-info:list` on configmaps. No token here says which
 * node it is from, which a further mode of upstream is about.
 */
import { isDNS1123Subdomain, quote, type StatusError, type UserInfo } from '../../machinery/index.ts'
import { forbiddenBy, resourceAttributes } from '../authorization/attributes.ts'
import { parseServiceAccountUsername, serviceAccountGroups } from './service-account.ts'
import { SYSTEM_MASTERS } from './users.ts'
import type { WantedUser } from './wanted-user.ts'

export type ConstrainedMode = 'arbitrary-node' | 'serviceaccount' | 'user-info'

/** One thing that the caller wants to be, and must be allowed to. */
export interface ImpersonationAttributes {
  readonly user: UserInfo
  readonly verb: 'impersonate' | `impersonate:${ConstrainedMode}`
  readonly group: '' | 'authentication.k8s.io'
  readonly version: 'v1'
  readonly resource: 'users' | 'nodes' | 'serviceaccounts' | 'groups' | 'userextras' | 'uids'
  readonly subresource: string
  readonly namespace: string
  readonly name: string
}

const AUTHENTICATION = 'authentication.k8s.io'
const NODE_PREFIX = 'system:node:'
const NODES = 'system:nodes'

/** The one that is for this user; undefined for what only plain impersonation gives. */
export function constrainedMode(wanted: WantedUser): ConstrainedMode | undefined {
  const { username, uid, groups, extra } = wanted
  const isBare = uid === '' && groups.length === 0 && Object.keys(extra).length === 0
  if (nodeNameOf(username) !== undefined) return isBare ? 'arbitrary-node' : undefined
  if (parseServiceAccountUsername(username) !== undefined) return isBare ? 'serviceaccount' : undefined
  return 'user-info'
}

/** What of a user no constrained mode gives: the 403 to answer. */
export function refusedByMode(
  { groups, extra }: WantedUser,
  user: UserInfo,
  mode: ConstrainedMode,
): StatusError | undefined {
  const about = { user, verb: `impersonate:${mode}`, cluster: '', group: AUTHENTICATION }
  const refuse = (resource: string, name: string, reason: string) =>
    forbiddenBy(resourceAttributes({ ...about, resource, name }), { allowed: false, denied: true, reason })
  if (groups.includes('')) return refuse('groups', '', 'impersonating the empty string group is not allowed')
  if (groups.includes(SYSTEM_MASTERS)) {
    return refuse('groups', SYSTEM_MASTERS, `impersonating the ${SYSTEM_MASTERS} group is not allowed`)
  }
  const faults = Object.entries(extra).flatMap(([key, values]) => faultOf(key, values) ?? [])
  return faults[0] === undefined ? undefined : refuse('userextras', '', faults[0])
}

/** apimachinery/pkg/util/validation: IsDomainPrefixedPath. */
function faultOf(key: string, values: readonly string[]): string | undefined {
  if (key === '') return 'impersonating the empty string key in extra is not allowed'
  const [domain = '', ...path] = key.split('/')
  if (isDNS1123Subdomain(domain).length > 0 || path.join('/') === '') {
    const fault = `extra.key: Invalid value: ${quote(key)}: must be a domain-prefixed path (such as "acme.io/foo")`
    return `impersonating an invalid key in extra is not allowed: ${fault}`
  }
  return values.includes('') ? 'impersonating the empty string value in extra is not allowed' : undefined
}

/** All that must be allowed, in upstream's order. Plain impersonation has users and groups in the core group. */
export function impersonationRequests(
  wanted: WantedUser,
  user: UserInfo,
  mode: ConstrainedMode | undefined,
): ImpersonationAttributes[] {
  const verb = mode === undefined ? 'impersonate' : (`impersonate:${mode}` as const)
  const none = { user, verb, version: 'v1', subresource: '', namespace: '' } as const
  const authentication = { ...none, group: AUTHENTICATION } as const
  const own = mode === undefined ? ({ ...none, group: '' } as const) : authentication
  const account = parseServiceAccountUsername(wanted.username)
  const node = mode === undefined ? undefined : nodeNameOf(wanted.username)
  const named =
    account !== undefined
      ? ({ ...own, resource: 'serviceaccounts', ...account } as const)
      : ({ ...own, resource: node === undefined ? 'users' : 'nodes', name: node ?? wanted.username } as const)
  return [
    named,
    ...(wanted.uid === '' ? [] : [{ ...authentication, resource: 'uids', name: wanted.uid } as const]),
    ...wanted.groups.map((name) => ({ ...own, resource: 'groups', name }) as const),
    ...Object.entries(wanted.extra).flatMap(([subresource, values]) =>
      values.map((name) => ({ ...authentication, resource: 'userextras', subresource, name }) as const),
    ),
  ]
}

/** Those that are not named, of a user whose groups follow from its name. */
export function impliedGroups(username: string, mode: ConstrainedMode | undefined): readonly string[] {
  const account = parseServiceAccountUsername(username)
  if (account !== undefined) return serviceAccountGroups(account.namespace)
  return mode === 'arbitrary-node' ? [NODES] : []
}

function nodeNameOf(username: string): string | undefined {
  const name = username.startsWith(NODE_PREFIX) ? username.slice(NODE_PREFIX.length) : ''
  return isDNS1123Subdomain(name).length === 0 ? name : undefined
}
