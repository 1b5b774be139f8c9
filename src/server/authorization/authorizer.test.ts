import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KubeObject, UserInfo } from '../../machinery/index.ts'
import { type Attributes, pathAttributes, resourceAttributes } from './attributes.ts'
import { createAuthorizer } from './authorizer.ts'
import type { PolicyRule } from './policy-rule.ts'
import { indexRbac, type RbacIndex } from './rbac-index.ts'

const RBAC = 'rbac.authorization.k8s.io'

function clusterRole(name: string, rules: readonly PolicyRule[]): KubeObject {
  return { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name }, rules }
}

function bind(role: string, kind: 'User' | 'Group', subject: string, namespace?: string): KubeObject {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name: 'b', ...(namespace === undefined ? {} : { namespace }) },
    roleRef: { kind: 'ClusterRole', name: role },
    subjects: [{ kind, name: subject }],
  }
}

function rbac(bindings: KubeObject[], clusterRoles: KubeObject[] = []): RbacIndex {
  const ofKind = (wanted: string) => bindings.filter(({ kind }) => kind === wanted)
  return indexRbac({
    clusterRoles,
    roles: [],
    clusterRoleBindings: ofKind('ClusterRoleBinding'),
    roleBindings: ofKind('RoleBinding'),
  })
}

function logicalCluster(phase: string, requiredGroups?: string) {
  const annotations = requiredGroups === undefined ? {} : { 'authorization.kcp.io/required-groups': requiredGroups }
  const object = {
    apiVersion: 'core.kcp.io/v1alpha1',
    kind: 'LogicalCluster',
    metadata: { name: 'cluster', annotations },
  }
  return { phase, object }
}

const READ_PODS = clusterRole('pod-reader', [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }])
const teamRbac = rbac(
  [
    bind('cluster-admin', 'User', 'alice'),
    bind('system:kcp:workspace:access', 'Group', 'dev'),
    bind('pod-reader', 'User', 'bob'),
    bind('view', 'User', 'carol', 'web'),
    bind('pod-reader', 'User', 'system:serviceaccount:web:builder'),
  ],
  [READ_PODS],
)
const authorizer = createAuthorizer({
  rbacOf: async () => teamRbac,
  logicalClusterOf: async (cluster) => {
    if (cluster === 'gone') return undefined
    if (cluster === 'closed') return logicalCluster('Ready', 'staff,eu;auditors')
    return logicalCluster(
      { new: 'Scheduling', starting: 'Initializing', ending: 'Deleting', lost: 'Unavailable' }[cluster] ?? 'Ready',
    )
  },
  policy: [
    clusterRole('system:keelson:controller', [{ verbs: ['delete'], apiGroups: ['*'], resources: ['*'] }]),
    bind('system:keelson:controller', 'User', 'system:keelson:controller'),
  ],
})

function user(username: string, ...groups: string[]): UserInfo {
  return { username, groups: [...groups, 'system:authenticated'] }
}

function getPod(who: UserInfo, cluster = 'team', more: Partial<Attributes> = {}): Attributes {
  return resourceAttributes({
    user: who,
    cluster,
    verb: 'get',
    group: '',
    resource: 'pods',
    name: 'web',
    namespace: 'web',
    ...more,
  })
}

function getPath(who: UserInfo, path: string, cluster = 'team'): Attributes {
  return pathAttributes({ user: who, cluster, verb: 'get', path })
}

type Outcome = 'allowed' | 'denied' | 'no opinion'

async function outcome(attributes: Attributes): Promise<Outcome> {
  const { allowed, denied } = await authorizer.authorize(attributes)
  return allowed ? 'allowed' : denied ? 'denied' : 'no opinion'
}

const anonymous: UserInfo = { username: 'system:anonymous', groups: ['system:unauthenticated'] }
const builder: UserInfo = {
  ...user('system:serviceaccount:web:builder', 'system:serviceaccounts'),
  extra: { 'authentication.kubernetes.io/cluster-name': ['team'] },
}
const inScope = (who: UserInfo, cluster: string): UserInfo => ({
  ...who,
  extra: { 'authentication.kcp.io/scopes': [`cluster:${cluster}`] },
})

describe('the chain', () => {
  const cases: { name: string; asked: Attributes; expected: Outcome }[] = [
    {
      name: 'system:masters may do everything, everywhere',
      asked: getPod(user('root', 'system:masters'), 'gone'),
      expected: 'allowed',
    },
    {
      name: 'and in the reserved clusters',
      asked: getPod(user('root', 'system:masters'), 'system:admin'),
      expected: 'allowed',
    },
    { name: 'and across all', asked: getPod(user('root', 'system:masters'), '*'), expected: 'allowed' },
    { name: 'everyone sees whether the server is well', asked: getPath(anonymous, '/readyz', ''), expected: 'allowed' },
    { name: 'but not its checks one by one', asked: getPath(anonymous, '/readyz/etcd'), expected: 'no opinion' },
    {
      name: 'outside any logical cluster there is nothing else',
      asked: getPath(user('alice'), '/version', ''),
      expected: 'no opinion',
    },

    { name: 'an admin of the workspace', asked: getPod(user('alice')), expected: 'allowed' },
    {
      name: 'a role without access to the workspace is worth nothing',
      asked: getPod(user('bob')),
      expected: 'no opinion',
    },
    { name: 'a role with access', asked: getPod(user('bob', 'dev')), expected: 'allowed' },
    { name: 'access alone lets one look around', asked: getPath(user('dave', 'dev'), '/api/v1'), expected: 'allowed' },
    {
      name: 'without access the default roles are worth nothing',
      asked: getPath(user('dave'), '/api/v1'),
      expected: 'no opinion',
    },
    { name: 'access alone lets one read nothing', asked: getPod(user('dave', 'dev')), expected: 'no opinion' },
    {
      name: 'a role of the bootstrap policy, bound in a namespace',
      asked: getPod(user('carol', 'dev')),
      expected: 'allowed',
    },
    {
      name: 'is worth nothing in another',
      asked: getPod(user('carol', 'dev'), 'team', { namespace: 'db' }),
      expected: 'no opinion',
    },
    {
      name: "kcp's admins are admins in every workspace",
      asked: getPod(user('kcp-admin', 'system:kcp:admin')),
      expected: 'allowed',
    },
    { name: 'but not across all', asked: getPod(user('kcp-admin', 'system:kcp:admin'), '*'), expected: 'no opinion' },
    {
      name: 'nor in the reserved clusters',
      asked: getPod(user('kcp-admin', 'system:kcp:admin'), 'system:admin'),
      expected: 'no opinion',
    },

    {
      name: 'a workspace that does not exist looks like one that may not be entered',
      asked: getPod(user('alice'), 'gone'),
      expected: 'no opinion',
    },
    { name: 'and is denied to a service account', asked: getPod(builder, 'gone'), expected: 'denied' },
    { name: 'a workspace that is being scheduled', asked: getPod(user('alice'), 'new'), expected: 'no opinion' },
    { name: 'one that is being initialized', asked: getPod(user('alice'), 'starting'), expected: 'allowed' },
    { name: 'one that is being deleted', asked: getPod(user('alice'), 'ending'), expected: 'allowed' },
    { name: 'one that is unavailable', asked: getPod(user('alice'), 'lost'), expected: 'no opinion' },

    { name: 'required groups shut out an admin', asked: getPod(user('alice'), 'closed'), expected: 'denied' },
    { name: 'who has only some of them', asked: getPod(user('alice', 'staff'), 'closed'), expected: 'denied' },
    { name: 'all of a clause', asked: getPod(user('alice', 'staff', 'eu'), 'closed'), expected: 'allowed' },
    { name: 'another clause', asked: getPod(user('alice', 'auditors'), 'closed'), expected: 'allowed' },
    { name: "kcp's admins pass", asked: getPod(user('kcp-admin', 'system:kcp:admin'), 'closed'), expected: 'allowed' },

    { name: 'a service account needs no access at home', asked: getPod(builder), expected: 'allowed' },
    { name: 'elsewhere it is anybody', asked: getPod(builder, 'other'), expected: 'no opinion' },

    { name: 'a scope is a border', asked: getPod(inScope(user('alice'), 'elsewhere')), expected: 'no opinion' },
    { name: 'within it nothing changes', asked: getPod(inScope(user('alice'), 'team')), expected: 'allowed' },

    {
      name: 'a logical cluster admin reaches what does not exist yet',
      asked: resourceAttributes({
        user: user('x', 'system:kcp:logical-cluster-admin'),
        cluster: 'gone',
        verb: 'create',
        group: 'core.kcp.io',
        resource: 'logicalclusters',
      }),
      expected: 'allowed',
    },
    {
      name: 'but nothing else there',
      asked: getPod(user('x', 'system:kcp:logical-cluster-admin'), 'gone'),
      expected: 'no opinion',
    },
    {
      name: 'a lifecycle group opens a workspace that is being initialized',
      asked: getPod(user('x', 'system:kcp:initializer:a:b'), 'starting'),
      expected: 'allowed',
    },
    { name: 'and no other', asked: getPod(user('x', 'system:kcp:initializer:a:b')), expected: 'no opinion' },
    {
      name: 'the status of bindings is not even an admin’s',
      asked: getPod(user('alice'), 'team', {
        verb: 'update',
        group: 'apis.kcp.io',
        resource: 'apibindings',
        subresource: 'status',
      }),
      expected: 'denied',
    },
    { name: 'metrics ask for no access', asked: getPath(user('alice'), '/metrics'), expected: 'allowed' },
    { name: 'but for a rule', asked: getPath(user('dave', 'dev'), '/metrics'), expected: 'no opinion' },
  ]
  for (const { name, asked, expected } of cases) {
    test(name, async () => assert.equal(await outcome(asked), expected))
  }

  const controller = user('system:keelson:controller')
  const deletion = { verb: 'delete' }
  const controllerCases: { name: string; asked: Attributes; expected: Outcome }[] = [
    { name: 'has its rights in every workspace', asked: getPod(controller, 'closed', deletion), expected: 'allowed' },
    { name: 'in the reserved clusters', asked: getPod(controller, 'system:admin', deletion), expected: 'allowed' },
    { name: 'and across all', asked: getPod(controller, '*', deletion), expected: 'allowed' },
    { name: 'and no others', asked: getPod(controller, 'team'), expected: 'no opinion' },
    {
      name: 'which nobody gains by impersonating it',
      asked: getPod(inScope(controller, 'team'), 'team', deletion),
      expected: 'no opinion',
    },
  ]
  for (const { name, asked, expected } of controllerCases) {
    test(`a controller of the process ${name}`, async () => assert.equal(await outcome(asked), expected))
  }

  test('says no more than that access was denied or granted', async () => {
    assert.equal((await authorizer.authorize(getPod(user('bob')))).reason, 'access denied')
    assert.equal((await authorizer.authorize(getPod(user('alice'), 'closed'))).reason, 'access denied')
    assert.equal((await authorizer.authorize(getPod(user('alice')))).reason, 'access granted')
    assert.equal((await authorizer.authorize(getPod(user('root', 'system:masters')))).reason, '')
  })

  test('a deep question leaves out whether the workspace may be entered', async () => {
    const asked = getPod(user('bob'), 'closed')
    assert.equal(await outcome(asked), 'denied')
    assert.ok((await authorizer.authorize(asked, { deep: true })).allowed)
    assert.ok(!(await authorizer.authorize(getPod(user('dave'), 'closed'), { deep: true })).allowed)
  })
})

describe('the rules of a user', () => {
  const urls = (rules: readonly PolicyRule[]) => rules.flatMap(({ nonResourceURLs = [] }) => nonResourceURLs)

  test('are those of the bootstrap policy, the workspace and the namespace', async () => {
    const rules = await authorizer.rulesFor(user('carol', 'dev'), 'team', 'web')
    assert.ok(urls(rules).includes('/openapi'))
    assert.ok(rules.some(({ resources = [] }) => resources.includes('pods/log')))
    const elsewhere = await authorizer.rulesFor(user('carol', 'dev'), 'team', 'db')
    assert.ok(!elsewhere.some(({ resources = [] }) => resources.includes('pods/log')))
  })

  test('of somebody who is not authenticated are few', async () => {
    assert.deepEqual(urls(await authorizer.rulesFor(anonymous, 'team', 'web')), [
      '/healthz',
      '/livez',
      '/readyz',
      '/version',
      '/version/',
    ])
  })
})

test('a role is found in the workspace, then in the bootstrap policy', async () => {
  const find = (kind: string, name: string) => authorizer.roleRules('team', { kind, name }, '')
  assert.deepEqual(await find('ClusterRole', 'pod-reader'), READ_PODS.rules)
  assert.equal((await find('ClusterRole', 'cluster-admin'))?.length, 2)
  assert.equal(await find('ClusterRole', 'gone'), undefined)
})
