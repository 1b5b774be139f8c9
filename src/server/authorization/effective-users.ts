/**
 * As whom a user counts in one logical cluster: kcp's scopes, warrants and service accounts of other clusters
 * (kcp-dev/kubernetes, pkg/registry/rbac/validation/kcp.go).
 */
import type { UserInfo } from '../../machinery/index.ts'
import { isServiceAccount } from '../authentication/service-account.ts'
import {
  ALL_AUTHENTICATED,
  ALL_UNAUTHENTICATED,
  ANONYMOUS,
  CLUSTER_NAME,
  SCOPES,
  WARRANT,
} from '../authentication/users.ts'

/** The identities whose rights add up. One out of scope counts as anybody who is authenticated, or as anybody. */
export function effectiveUsers(user: UserInfo, cluster: string): readonly UserInfo[] {
  // Most users have neither scope nor warrant and are no service accounts: they are themselves.
  if (user.extra === undefined && !isServiceAccount(user.username)) return [user]
  const users: UserInfo[] = []
  collect(user, cluster, users)
  return users
}

export function effectiveGroups(users: readonly UserInfo[]): ReadonlySet<string> {
  return new Set(users.flatMap(({ groups }) => groups))
}

/** Whether the user may be known as itself in this logical cluster. */
export function isInScope({ username, extra }: UserInfo, cluster: string): boolean {
  if (isServiceAccount(username)) {
    const homes = extra?.[CLUSTER_NAME] ?? []
    // Without a home it is one of this cluster: what a local review asks about.
    if (homes.length > 1 || (homes[0] !== undefined && homes[0] !== cluster)) return false
  }
  return (extra?.[SCOPES] ?? []).every((scopes) => scopes.split(',').includes(`cluster:${cluster}`))
}

function collect(user: UserInfo, cluster: string, users: UserInfo[]): void {
  const isAuthenticated = user.groups.includes(ALL_AUTHENTICATED)
  if (isInScope(user, cluster)) users.push(user)
  else users.push({ username: ANONYMOUS, groups: [isAuthenticated ? ALL_AUTHENTICATED : ALL_UNAUTHENTICATED] })

  const homes = user.extra?.[CLUSTER_NAME] ?? []
  if (isServiceAccount(user.username) && homes.length === 1) {
    const global = user.username.replace('system:serviceaccount:', `system:kcp:serviceaccount:${homes[0]}:`)
    users.push({ username: global, groups: isAuthenticated ? [ALL_AUTHENTICATED] : [] })
  }

  for (const text of user.extra?.[WARRANT] ?? []) {
    const warranted = parseWarrant(text)
    if (warranted === undefined) continue
    // A service account is nobody without its cluster.
    if (isServiceAccount(warranted.username) && (warranted.extra?.[CLUSTER_NAME] ?? []).length === 0) continue
    collect(warranted, cluster, users)
  }
}

/** JSON {user, groups, extra, uid}; what is malformed counts for nothing. */
function parseWarrant(text: string): UserInfo | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as Record<string, unknown>
  const { user = '', uid } = fields
  const groups = fields.groups ?? []
  const extra = fields.extra ?? {}
  if (typeof user !== 'string' || !isTexts(groups) || typeof extra !== 'object') return undefined
  if (!Object.values(extra).every(isTexts)) return undefined
  return {
    username: user,
    ...(typeof uid === 'string' && uid !== '' ? { uid } : {}),
    groups,
    extra: extra as Record<string, string[]>,
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}
