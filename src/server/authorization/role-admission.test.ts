import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KubeObject, UserInfo } from '../../machinery/index.ts'
import { createAuthorizer } from './authorizer.ts'
import type { PolicyRule } from './policy-rule.ts'
import { indexRbac } from './rbac-index.ts'
import { type RoleChange, refuseEscalation } from './role-admission.ts'

const RBAC = 'rbac.authorization.k8s.io'
const GET_PODS: PolicyRule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] }
const GET_SECRETS: PolicyRule = { verbs: ['get'], apiGroups: [''], resources: ['secrets'] }
const ACCESS: PolicyRule = { verbs: ['access'], nonResourceURLs: ['/'] }
const WRITE_ROLES: PolicyRule = { verbs: ['create', 'update'], apiGroups: [RBAC], resources: ['roles', 'rolebindings'] }
const ESCALATE: PolicyRule = { verbs: ['escalate'], apiGroups: [RBAC], resources: ['roles', 'clusterroles'] }
const BIND: PolicyRule = {
  verbs: ['bind'],
  apiGroups: [RBAC],
  resources: ['clusterroles'],
  resourceNames: ['secret-reader'],
}

function role(
  kind: string,
  rules: readonly PolicyRule[],
  metadata: KubeObject['metadata'],
  more: object = {},
): KubeObject {
  return { apiVersion: `${RBAC}/v1`, kind, metadata, rules, ...more }
}

function binding(kind: string, name: string, metadata: KubeObject['metadata'], subject = 'mallory'): KubeObject {
  const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name }
  return { apiVersion: `${RBAC}/v1`, kind, metadata, roleRef, subjects: [{ kind: 'User', name: subject }] }
}

/** The rights of each user, all over the workspace. */
const RIGHTS: Readonly<Record<string, PolicyRule[]>> = {
  alice: [GET_PODS, WRITE_ROLES, ACCESS],
  escalator: [ESCALATE, ACCESS],
  binder: [BIND, ACCESS],
  owner: [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ],
}
const names = Object.keys(RIGHTS)
const index = indexRbac({
  clusterRoles: [
    ...names.map((name) => role('ClusterRole', RIGHTS[name] ?? [], { name })),
    role('ClusterRole', [GET_SECRETS], { name: 'secret-reader' }),
    role('ClusterRole', [GET_PODS], { name: 'pod-reader' }),
  ],
  roles: [],
  clusterRoleBindings: names.map((name) => binding('ClusterRoleBinding', name, { name }, name)),
  roleBindings: [],
})
const authorizer = createAuthorizer({
  rbacOf: async () => index,
  logicalClusterOf: async () => ({ phase: 'Ready', object: role('LogicalCluster', [], { name: 'cluster' }) }),
  policy: [],
})

const inWeb = { name: 'x', namespace: 'web' }
const everywhere = { name: 'x' }

async function refusal(
  username: string,
  object: KubeObject,
  more: Partial<RoleChange> = {},
): Promise<string | undefined> {
  const user: UserInfo = { username, groups: username === 'master' ? ['system:masters'] : [] }
  return (await refuseEscalation({ user, cluster: 'team', object, ...more }, authorizer))?.message
}

describe('a write of a role or binding passes', () => {
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] }
  const cases: { name: string; user: string; object: KubeObject; old?: KubeObject }[] = [
    { name: 'when its writer holds what it grants', user: 'alice', object: role('Role', [GET_PODS], inWeb) },
    { name: 'when it binds such a role', user: 'alice', object: binding('RoleBinding', 'pod-reader', inWeb) },
    {
      name: 'when its writer may escalate roles',
      user: 'escalator',
      object: role('ClusterRole', [GET_SECRETS], everywhere),
    },
    {
      name: 'when its writer may bind that role',
      user: 'binder',
      object: binding('ClusterRoleBinding', 'secret-reader', everywhere),
    },
    { name: 'for system:masters', user: 'master', object: role('ClusterRole', [GET_SECRETS], everywhere) },
    {
      name: 'with an aggregationRule, for one who holds everything',
      user: 'owner',
      object: role('ClusterRole', [], everywhere, { aggregationRule }),
    },
    {
      name: 'when it changes only who owns the object',
      user: 'alice',
      object: role('Role', [GET_SECRETS], { ...inWeb, finalizers: [] }),
      old: role('Role', [GET_SECRETS], { ...inWeb, finalizers: ['a/b'] }),
    },
  ]
  for (const { name, user, object, old } of cases) {
    test(name, async () => assert.equal(await refusal(user, object, { old }), undefined))
  }
})

test('what is malformed is left to the schema', async () => {
  const malformed: object[] = [
    { rules: 'x' },
    { rules: [null, 1] },
    { rules: [{ verbs: 'get' }] },
    { aggregationRule: [] },
  ]
  for (const fields of malformed)
    assert.equal(await refusal('alice', { ...role('ClusterRole', [], everywhere), ...fields }), undefined)
  for (const roleRef of [undefined, null, 'x', { kind: 'Role' }, { kind: 'Pod', name: 'x' }]) {
    assert.equal(await refusal('alice', { ...binding('RoleBinding', 'x', inWeb), roleRef }), undefined)
  }
})

describe('a write of a role or binding is refused', () => {
  const held = 'user "alice" (groups=[]) is attempting to grant RBAC permissions not currently held:'
  const secrets = '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}'
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] }
  const cases: { name: string; user?: string; object: KubeObject; old?: KubeObject; message: string }[] = [
    {
      name: 'for rules that its writer lacks',
      object: role('Role', [GET_PODS, GET_SECRETS], inWeb),
      message: `roles.${RBAC} "x" is forbidden: ${held}\n${secrets}`,
    },
    {
      name: 'for an update that leaves such rules in',
      object: role('Role', [GET_SECRETS], { ...inWeb, labels: { a: 'b' } }),
      old: role('Role', [GET_SECRETS], inWeb),
      message: `roles.${RBAC} "x" is forbidden: ${held}\n${secrets}`,
    },
    {
      name: 'for a binding to a role with such rules',
      object: binding('RoleBinding', 'secret-reader', inWeb),
      message: `rolebindings.${RBAC} "x" is forbidden: ${held}\n${secrets}`,
    },
    {
      name: 'for a binding to a role that does not exist',
      object: binding('ClusterRoleBinding', 'gone', everywhere),
      message: `clusterrolebindings.${RBAC} "gone" not found`,
    },
    {
      name: 'for a binding to another role than the one that may be bound',
      user: 'binder',
      object: binding('ClusterRoleBinding', 'pod-reader', everywhere),
      message: `clusterrolebindings.${RBAC} "x" is forbidden: ${held.replace('alice', 'binder')}\n${secrets.replace('secrets', 'pods')}`,
    },
    {
      name: 'for an aggregationRule',
      object: role('ClusterRole', [GET_PODS], everywhere, { aggregationRule }),
      message: `clusterroles.${RBAC} "x" is forbidden: must have cluster-admin privileges to use the aggregationRule`,
    },
    {
      name: 'for taking an aggregationRule away',
      object: role('ClusterRole', [GET_PODS], everywhere),
      old: role('ClusterRole', [GET_PODS], everywhere, { aggregationRule }),
      message: `clusterroles.${RBAC} "x" is forbidden: must have cluster-admin privileges to use the aggregationRule`,
    },
  ]
  for (const { name, user = 'alice', object, old, message } of cases) {
    test(name, async () => assert.equal(await refusal(user, object, { old }), message))
  }
})
