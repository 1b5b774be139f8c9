/**
 * May they: kcp's chain of authorizers (pkg/server/options/authorization.go, pkg/authorization). A union of the group
 * system:masters, the health paths, the process's own controllers, and RBAC; the last in steps, each of which passes on or
 * ends.
 */
import type { KubeObject, UserInfo } from '../../machinery/index.ts'
import { isLocal } from '../authentication/local-user.ts'
import { isServiceAccount } from '../authentication/service-account.ts'
import {
  ALL_AUTHENTICATED,
  EXTERNAL_LOGICAL_CLUSTER_ADMIN,
  isLifecycleGroup,
  KCP_ADMIN,
  LOGICAL_CLUSTER_ADMIN,
  SCOPES,
  SYSTEM_MASTERS,
  WORKSPACE_BOOTSTRAPPER,
} from '../authentication/users.ts'
import { type Attributes, type Decision, pathAttributes } from './attributes.ts'
import { bootstrapRbac } from './bootstrap-policy.ts'
import { effectiveGroups, effectiveUsers, isInScope } from './effective-users.ts'
import type { PolicyRule } from './policy-rule.ts'
import { grantedRules, rbacAllows, roleRules } from './rbac.ts'
import { indexRbac, type RbacIndex, type RoleRef } from './rbac-index.ts'

/** What the chain must know of a LogicalCluster. */
export interface LogicalClusterAccess {
  /** `.status.phase` */
  readonly phase: string
  readonly object: KubeObject
}

export interface AuthorizerOptions {
  /** The RBAC objects of a logical cluster. Called for every request: to be cached. */
  readonly rbacOf: (cluster: string) => Promise<RbacIndex>
  readonly logicalClusterOf: (cluster: string) => Promise<LogicalClusterAccess | undefined>
  /** ClusterRoles and ClusterRoleBindings of the process's own controllers: they hold in every logical cluster and across all. */
  readonly policy: readonly KubeObject[]
  /** Where a resource of a logical cluster comes from, when RBAC there says what may be done with it at most. */
  readonly maximalPolicyIn?: (cluster: string, group: string, resource: string) => Promise<string | undefined>
}

export interface Authorizer {
  /** `deep`: whether the user may, apart from whether it may enter the workspace (kcp's deep SubjectAccessReview). */
  readonly authorize: (attributes: Attributes, options?: { readonly deep?: boolean }) => Promise<Decision>
  /** All rules granted to the user cluster-wide and, with a namespace, within it. */
  readonly rulesFor: (user: UserInfo, cluster: string, namespace: string) => Promise<readonly PolicyRule[]>
  /** What the role that a binding in `namespace` names allows; undefined when there is no such role. */
  readonly roleRules: (cluster: string, role: RoleRef, namespace: string) => Promise<readonly PolicyRule[] | undefined>
}

const ALL_CLUSTERS = '*'
const REQUIRED_GROUPS = 'authorization.kcp.io/required-groups'
const ALWAYS_ALLOWED_PATHS = new Set(['/healthz', '/readyz', '/livez'])
/** Of the process, not of a workspace: no right to enter a workspace is asked for. */
const SHARD_PATHS = new Set(['/metrics'])
const ENTERABLE_PHASES = new Set(['Initializing', 'Ready', 'Inactive', 'Terminating', 'Deleting'])
const LIFECYCLE_PHASES = new Set(['Initializing', 'Terminating', 'Deleting'])

const SILENTLY_ALLOWED: Decision = { allowed: true, denied: false, reason: '' }
// kcp gives no more away: whoever may not enter a workspace shall not learn whether it exists.
const ALLOWED: Decision = { allowed: true, denied: false, reason: 'access granted' }
const DENIED: Decision = { allowed: false, denied: true, reason: 'access denied' }
const NO_OPINION: Decision = { allowed: false, denied: false, reason: 'access denied' }

export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { rbacOf, logicalClusterOf, policy, maximalPolicyIn } = options
  const bootstrap = bootstrapRbac()
  const controllers = indexRbac({
    clusterRoles: policy.filter(({ kind }) => kind === 'ClusterRole'),
    clusterRoleBindings: policy.filter(({ kind }) => kind === 'ClusterRoleBinding'),
    roles: [],
    roleBindings: [],
  })

  /** The steps before a workspace's content. Undefined: go on. */
  async function enter(attributes: Attributes, users: readonly UserInfo[]): Promise<Decision | undefined> {
    const { user, cluster } = attributes
    if (isLocal(user, cluster)) return undefined
    const groups = effectiveGroups(users)
    if (groups.has(LOGICAL_CLUSTER_ADMIN)) return isSystem(cluster) ? NO_OPINION : undefined
    const logicalCluster = await logicalClusterOf(cluster)
    if (!isServiceAccount(user.username)) {
      if (logicalCluster === undefined) return NO_OPINION
      if (!isMember(groups, logicalCluster.object.metadata.annotations?.[REQUIRED_GROUPS])) return DENIED
    }

    if (!attributes.resourceRequest && SHARD_PATHS.has(attributes.path)) return undefined
    if (isVersion(attributes) && groups.has(ALL_AUTHENTICATED)) return undefined
    if (isSystem(cluster)) return NO_OPINION
    if (logicalCluster === undefined) return DENIED
    if (!ENTERABLE_PHASES.has(logicalCluster.phase)) return NO_OPINION
    if (LIFECYCLE_PHASES.has(logicalCluster.phase) && user.groups.some(isLifecycleGroup)) return ALLOWED
    if (isServiceAccount(user.username) && isInScope(user, cluster)) return undefined
    return (await rulesAllow(users, pathAttributes({ user, cluster, verb: 'access', path: '/' })))
      ? undefined
      : NO_OPINION
  }

  /** The union at the chain's end: bootstrap policy, and the cluster's own RBAC with roles of both. */
  async function rulesAllow(users: readonly UserInfo[], attributes: Attributes): Promise<boolean> {
    if (rbacAllows(bootstrap, [bootstrap], users, attributes)) return true
    const local = await rbacOf(attributes.cluster)
    return rbacAllows(local, [local, bootstrap], users, attributes)
  }

  /** kcp's maximal permission policy: what the provider of a bound resource allows its consumers, by a name of their own. */
  async function exceedsPolicy(attributes: Attributes, users: readonly UserInfo[]): Promise<boolean> {
    if (!attributes.resourceRequest) return false
    const { cluster, group, resource } = attributes
    const provider = await maximalPolicyIn?.(cluster, group, resource)
    if (provider === undefined) return false
    return !(await rulesAllow(users.map(asConsumer), { ...attributes, cluster: provider }))
  }

  const authorize: Authorizer['authorize'] = async (attributes, { deep = false } = {}) => {
    const { user, cluster } = attributes
    // Masters of one endpoint are nobody elsewhere.
    if (user.groups.includes(SYSTEM_MASTERS) && isInScope(user, cluster)) return SILENTLY_ALLOWED
    if (!attributes.resourceRequest && ALWAYS_ALLOWED_PATHS.has(attributes.path)) return SILENTLY_ALLOWED
    // Whoever was impersonated has a scope: a workspace's admin gains nothing by calling itself a controller.
    const isItself = user.extra?.[SCOPES] === undefined
    if (isItself && rbacAllows(controllers, [controllers], [user], attributes)) return SILENTLY_ALLOWED
    if (cluster === '' || cluster === ALL_CLUSTERS) return NO_OPINION

    const users = effectiveUsers(user, cluster)
    const ended = deep ? undefined : await enter(attributes, users)
    if (ended !== undefined) return ended
    if (isProtectedStatus(attributes)) return DENIED
    if (!deep && (await exceedsPolicy(attributes, users))) return NO_OPINION
    return (await rulesAllow(users, attributes)) ? ALLOWED : NO_OPINION
  }

  return {
    authorize,
    rulesFor: async (user, cluster, namespace) => {
      const users = effectiveUsers(user, cluster)
      const local = await rbacOf(cluster)
      return [
        ...grantedRules(bootstrap, [bootstrap], users, namespace),
        ...grantedRules(local, [local, bootstrap], users, namespace),
      ].flat()
    },
    roleRules: async (cluster, role, namespace) => roleRules([await rbacOf(cluster), bootstrap], role, namespace),
  }
}

const CONSUMER_PREFIX = 'apis.kcp.io:binding:'

function asConsumer({ username, groups }: UserInfo): UserInfo {
  return { username: CONSUMER_PREFIX + username, groups: groups.map((group) => CONSUMER_PREFIX + group) }
}

/** Which program this is, everybody may know who is known: tools ask it at the bare URL. */
function isVersion({ resourceRequest, path }: Attributes): boolean {
  return !resourceRequest && path === '/version'
}

/** Reserved names, which privileged users alone reach. */
function isSystem(cluster: string): boolean {
  return cluster.startsWith('system:')
}

function isMember(groups: ReadonlySet<string>, required: string | undefined): boolean {
  if (required === undefined || groups.has(EXTERNAL_LOGICAL_CLUSTER_ADMIN)) return true
  const clauses = [...required.split(';'), KCP_ADMIN, WORKSPACE_BOOTSTRAPPER]
  return clauses.some((clause) => clause.split(',').every((group) => groups.has(group)))
}

/** What the system says about bindings and exports is no workspace admin's to change. */
function isProtectedStatus({ group, resource, subresource }: Attributes): boolean {
  return (
    group === 'apis.kcp.io' && subresource === 'status' && (resource === 'apibindings' || resource === 'apiexports')
  )
}
