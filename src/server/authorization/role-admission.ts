/**
 * Nobody grants more than they hold (kubernetes/pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/policybased).
 * Whoever may `escalate` a role, or `bind` the role that a binding names, is exempt, as is system:masters.
 */
import { isDeepStrictEqual } from 'node:util'
import { forbidden, type KubeObject, notFound, type StatusError, type UserInfo } from '../../machinery/index.ts'
import { SYSTEM_MASTERS } from '../authentication/users.ts'
import { resourceAttributes } from './attributes.ts'
import type { Authorizer } from './authorizer.ts'
import { AGGREGATION_REFUSED, escalationMessage, FULL_AUTHORITY, uncoveredRules } from './escalation.ts'
import { parseRules } from './policy-rule.ts'
import type { RoleRef } from './rbac-index.ts'

const GROUP = 'rbac.authorization.k8s.io'
const RESOURCES: Readonly<Record<string, string>> = {
  Role: 'roles',
  ClusterRole: 'clusterroles',
  RoleBinding: 'rolebindings',
  ClusterRoleBinding: 'clusterrolebindings',
}

export interface RoleChange {
  readonly user: UserInfo
  readonly cluster: string
  readonly object: KubeObject
  /** What was there before; undefined for a create. */
  readonly old?: KubeObject | undefined
}

/** What to answer to a write of a role or binding that would grant more than its writer holds; undefined: let it pass. */
export async function refuseEscalation(change: RoleChange, authorizer: Authorizer): Promise<StatusError | undefined> {
  const { user, object, old } = change
  if (user.groups.includes(SYSTEM_MASTERS)) return undefined
  // The garbage collector must be able to let go of what it could not have granted.
  if (old !== undefined && isDeepStrictEqual(withoutOwnership(object), withoutOwnership(old))) return undefined
  return object.kind.endsWith('Binding') ? refuseBinding(change, authorizer) : refuseRole(change, authorizer)
}

async function refuseRole(
  { user, cluster, object, old }: RoleChange,
  authorizer: Authorizer,
): Promise<StatusError | undefined> {
  const { name = '', namespace = '' } = object.metadata
  const resource = RESOURCES[object.kind] ?? ''
  const escalate = resourceAttributes({ user, cluster, verb: 'escalate', group: GROUP, resource, name, namespace })
  if ((await authorizer.authorize(escalate)).allowed) return undefined
  const refuse = (message: string) => forbidden({ group: GROUP, resource }, name, message)
  const held = await authorizer.rulesFor(user, cluster, namespace)
  const missing = uncoveredRules(held, parseRules(object.rules))
  if (missing.length > 0) return refuse(escalationMessage(user, missing))
  const aggregates = isAggregated(object) || (old !== undefined && isAggregated(old))
  return aggregates && uncoveredRules(held, FULL_AUTHORITY).length > 0 ? refuse(AGGREGATION_REFUSED) : undefined
}

async function refuseBinding(
  { user, cluster, object }: RoleChange,
  authorizer: Authorizer,
): Promise<StatusError | undefined> {
  const { name = '', namespace = '' } = object.metadata
  const role = roleRefOf(object)
  if (role === undefined) return undefined
  const granted = { group: GROUP, resource: RESOURCES[role.kind] ?? '' }
  const bind = resourceAttributes({ user, cluster, verb: 'bind', ...granted, name: role.name, namespace })
  if ((await authorizer.authorize(bind)).allowed) return undefined
  const rules = await authorizer.roleRules(cluster, role, namespace)
  const written = { group: GROUP, resource: RESOURCES[object.kind] ?? '' }
  // Upstream says it of the resource that is written, with the name of the role.
  if (rules === undefined) return notFound(written, role.name)
  const missing = uncoveredRules(await authorizer.rulesFor(user, cluster, namespace), rules)
  if (missing.length === 0) return undefined
  return forbidden(written, name, escalationMessage(user, missing))
}

function isAggregated({ aggregationRule }: KubeObject): boolean {
  if (typeof aggregationRule !== 'object' || aggregationRule === null) return false
  const { clusterRoleSelectors } = aggregationRule as { readonly clusterRoleSelectors?: unknown }
  return Array.isArray(clusterRoleSelectors) && clusterRoleSelectors.length > 0
}

/** Undefined for what the schema of bindings refuses anyway. */
function roleRefOf({ roleRef }: KubeObject): RoleRef | undefined {
  if (typeof roleRef !== 'object' || roleRef === null) return undefined
  const { kind, name } = roleRef as { readonly kind?: unknown; readonly name?: unknown }
  return (kind === 'Role' || kind === 'ClusterRole') && typeof name === 'string' ? { kind, name } : undefined
}

/** kubernetes/pkg/registry/rbac/helpers.go IsOnlyMutatingGCFields */
function withoutOwnership({ metadata, ...rest }: KubeObject): unknown {
  const { ownerReferences: _, finalizers: __, managedFields: ___, resourceVersion: ____, ...meta } = metadata
  return { ...rest, metadata: meta }
}
