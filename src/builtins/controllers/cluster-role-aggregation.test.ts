import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Client, createClient, inProcessTransport, resourceRef } from '../../client/index.ts'
import type { KubeObject } from '../../machinery/index.ts'
import { eventually, startServer, type TestServer } from '../../testing/index.ts'

const RBAC = 'rbac.authorization.k8s.io'
const ROLES = resourceRef(`${RBAC}/v1`, 'clusterroles', { namespaced: false })
const BINDINGS = resourceRef(`${RBAC}/v1`, 'rolebindings', { namespaced: true })
const ACCESS = resourceRef(`${RBAC}/v1`, 'clusterrolebindings', { namespaced: false })
const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const CHORES = resourceRef('lifecycle.keelson.dev/v1alpha1', 'chores', { namespaced: false })

const rule = (resource: string) => ({ apiGroups: ['example.com'], resources: [resource], verbs: ['get'] })

describe('aggregated ClusterRoles', () => {
  let server: TestServer
  let client: Client
  before(async () => {
    server = await startServer()
    client = await server.workspace('team')
  })
  after(() => server[Symbol.asyncDispose]())

  const create = (name: string, fields: object, labels: Record<string, string> = {}) =>
    client.create(ROLES, {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name, labels },
      ...fields,
    } as KubeObject)
  const selecting = (...selectors: object[]) => ({ aggregationRule: { clusterRoleSelectors: selectors }, rules: [] })
  const has = (name: string, ...resources: string[]) =>
    eventually(async () => assert.deepEqual((await client.get(ROLES, name)).rules ?? [], resources.map(rule)))

  test('have the rules of what they select, in the order of names and each once', async () => {
    await create('z', { rules: [rule('one'), rule('two')] }, { to: 'sum' })
    await create('a', { rules: [rule('three'), rule('one')] }, { to: 'sum' })
    await create('other', { rules: [rule('four')] }, { to: 'else' })
    await create('sum', selecting({ matchLabels: { to: 'sum' } }))
    await has('sum', 'three', 'one', 'two')
    const { managedFields = [] } = (await client.get(ROLES, 'sum')).metadata
    const managers = managedFields.map((entry) => (entry as { manager: string }).manager)
    assert.ok(managers.includes('clusterrole-aggregation-controller'))
  })

  test('follow what they select: changed, labelled, unlabelled, deleted', async () => {
    await create('first', { rules: [rule('one')] }, { to: 'follow' })
    await create('follow', selecting({ matchExpressions: [{ key: 'to', operator: 'In', values: ['follow'] }] }))
    await has('follow', 'one')
    await client.patch(ROLES, 'first', 'merge', { rules: [rule('two')] })
    await has('follow', 'two')
    await create('second', { rules: [rule('three')] })
    await client.patch(ROLES, 'second', 'merge', { metadata: { labels: { to: 'follow' } } })
    await has('follow', 'two', 'three')
    await client.patch(ROLES, 'first', 'merge', { metadata: { labels: { to: null } } })
    await has('follow', 'three')
    await client.delete(ROLES, 'second')
    await has('follow')
    await client.patch(ROLES, 'follow', 'merge', { rules: [rule('mine')] })
    await has('follow')
  })

  test('that select one another come to rest', async () => {
    await create('left', selecting({ matchLabels: { from: 'right' } }), { from: 'left' })
    await create('right', selecting({ matchLabels: { from: 'left' } }, { matchLabels: { from: 'base' } }), {
      from: 'right',
    })
    await create('base', { rules: [rule('one')] }, { from: 'base' })
    await has('left', 'one')
    await has('right', 'one')
    await eventually(async () => assert.deepEqual((await client.list(CHORES)).items, []))
  })

  test('view, edit and admin take in what a workspace labels so, in that workspace', async () => {
    const as = (username: string, workspace: string) =>
      createClient({
        transport: inProcessTransport(server.handler, { username, groups: ['system:authenticated'] }),
        cluster: `/clusters/root:${workspace}`,
      })
    const other = await server.workspace('other')
    for (const target of [client, other]) {
      for (const role of ['view', 'edit']) {
        await target.create(BINDINGS, {
          apiVersion: `${RBAC}/v1`,
          kind: 'RoleBinding',
          metadata: { name: role, namespace: 'default' },
          roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
          subjects: [{ apiGroup: RBAC, kind: 'User', name: `${role}er` }],
        } as KubeObject)
      }
      await target.create(ACCESS, {
        apiVersion: `${RBAC}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name: 'enter' },
        roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'system:kcp:workspace:access' },
        subjects: ['viewer', 'editer'].map((name) => ({ apiGroup: RBAC, kind: 'User', name })),
      } as KubeObject)
    }
    const leases = resourceRef('coordination.k8s.io/v1', 'leases', { namespaced: true })
    const sees = async (username: string, workspace: string) => {
      const seeing = as(username, workspace)
      await seeing.list(CONFIG_MAPS, { namespace: 'default' })
      return seeing.list(resourceRef(`${RBAC}/v1`, 'roles', { namespaced: true }), { namespace: 'default' })
    }
    await assert.rejects(sees('viewer', 'team'), /cannot list resource "roles"/)
    const rules = [{ apiGroups: [RBAC], resources: ['roles'], verbs: ['list'] }]
    await create('roles-view', { rules }, { [`${RBAC}/aggregate-to-view`]: 'true' })
    await sees('viewer', 'team')
    await sees('editer', 'team')
    await as('editer', 'team').list(leases, { namespace: 'default' })
    await assert.rejects(sees('viewer', 'other'), /cannot list resource "roles"/)
    await client.delete(ROLES, 'roles-view')
    await assert.rejects(sees('viewer', 'team'), /cannot list resource "roles"/)
  })
})
