/** Role-based access control, evaluated (kubernetes/plugin/pkg/auth/authorizer/rbac, pkg/registry/rbac/validation). */
import type { UserInfo } from '../../machinery/index.ts'
import type { Attributes } from './attributes.ts'
import { type PolicyRule, ruleAllows } from './policy-rule.ts'
import { groupKey, type RbacIndex, type RoleRef, userKey } from './rbac-index.ts'

/** Where roles are looked up, one after the other: a binding may name a role of system:admin. */
export type RoleSources = readonly RbacIndex[]

/** Whether any rule that bindings of this index grant to one of the users allows the request. */
export function rbacAllows(
  bindings: RbacIndex,
  roles: RoleSources,
  users: readonly UserInfo[],
  attributes: Attributes,
): boolean {
  for (const rules of grantedRules(bindings, roles, users, attributes.namespace)) {
    for (const rule of rules) if (ruleAllows(rule, attributes)) return true
  }
  return false
}

/** The rules of every role granted to the users, cluster-wide and, with a namespace, within it. Missing roles grant nothing. */
export function* grantedRules(
  bindings: RbacIndex,
  roles: RoleSources,
  users: readonly UserInfo[],
  namespace: string,
): Generator<readonly PolicyRule[]> {
  const within = namespace === '' ? undefined : bindings.within.get(namespace)
  if (bindings.everywhere.size === 0 && within === undefined) return
  for (const key of subjectsOf(users)) {
    for (const ref of bindings.everywhere.get(key) ?? []) {
      // Upstream: a ClusterRoleBinding to a Role has no namespace to find it in.
      if (ref.kind === 'ClusterRole') yield roleRules(roles, ref, '') ?? []
    }
    for (const ref of within?.get(key) ?? []) yield roleRules(roles, ref, namespace) ?? []
  }
}

/** What a role allows; undefined when there is no such role. */
export function roleRules(
  sources: RoleSources,
  { kind, name }: RoleRef,
  namespace: string,
): readonly PolicyRule[] | undefined {
  for (const source of sources) {
    const rules =
      kind === 'ClusterRole'
        ? source.clusterRoles.get(name)
        : kind === 'Role'
          ? source.roles.get(namespace)?.get(name)
          : undefined
    if (rules !== undefined) return rules
  }
  return undefined
}

function subjectsOf(users: readonly UserInfo[]): Set<string> {
  const keys = new Set<string>()
  for (const { username, groups } of users) {
    keys.add(userKey(username))
    for (const group of groups) keys.add(groupKey(group))
  }
  return keys
}
