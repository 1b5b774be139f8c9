import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isStatus, type KubeObject, type UserInfo } from '../machinery/index.ts'
import { openStore, type Store } from '../storage/index.ts'
import { type Client, eventually, resourceRef, startServer, type TestServer } from '../testing/index.ts'

const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const NAMESPACES = resourceRef('v1', 'namespaces', { namespaced: false })
const WORKSPACES = resourceRef('tenancy.kcp.io/v1alpha1', 'workspaces', { namespaced: false })
const TYPES = resourceRef('tenancy.kcp.io/v1alpha1', 'workspacetypes', { namespaced: false })
const LOGICAL_CLUSTERS = resourceRef('core.kcp.io/v1alpha1', 'logicalclusters', { namespaced: false })
const CLUSTER_ROLES = resourceRef('rbac.authorization.k8s.io/v1', 'clusterroles', { namespaced: false })
const BINDINGS = resourceRef('rbac.authorization.k8s.io/v1', 'clusterrolebindings', { namespaced: false })
const RBAC = 'rbac.authorization.k8s.io'

interface Workspace extends KubeObject {
  spec: { cluster: string; URL: string; type: { name: string; path: string } }
  status: { phase: string; initializers?: string[]; conditions: { type: string; status: string; message?: string }[] }
}

const ALICE: UserInfo = { username: 'alice', groups: ['team-a', 'system:authenticated'] }
const workspace = (name: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'tenancy.kcp.io/v1alpha1',
  kind: 'Workspace',
  metadata: { name, ...metadata },
  spec,
})
const create = async (client: Client, name: string, spec: object = {}, metadata: object = {}): Promise<Workspace> =>
  (await client.create(WORKSPACES, workspace(name, spec, metadata))) as Workspace
const type = (name: string, path = 'root') => ({ type: { name, path } })
const workspaceType = (name: string, spec: object) => ({
  apiVersion: 'tenancy.kcp.io/v1alpha1',
  kind: 'WorkspaceType',
  metadata: { name },
  spec,
})

async function grant(client: Client, user: string, rules: readonly object[], name = `grant-${user}`): Promise<void> {
  await client.create(CLUSTER_ROLES, { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name }, rules })
  await client.create(BINDINGS, {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    subjects: [{ kind: 'User', apiGroup: RBAC, name: user }],
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
  })
}
const ALL_OF_WORKSPACES = {
  apiGroups: ['tenancy.kcp.io'],
  resources: ['workspaces', 'workspaces/status'],
  verbs: ['*'],
}
const refusedWith = (reason: string, message: RegExp | string) => (error: unknown) => {
  assert.ok(isStatus(error, reason), String(error))
  if (typeof message === 'string') assert.ok(error.message.endsWith(message), error.message)
  else assert.match(error.message, message)
  return true
}
async function keys(store: Store, prefix: string): Promise<string[]> {
  const { rows } = await store.range({ prefix, limit: 10_000 })
  return rows.map(({ key }) => key)
}

describe('workspaces', () => {
  let server: TestServer
  let store: Store
  before(async () => {
    store = await openStore({ engine: 'memory' })
    server = await startServer({ store })
  })
  after(() => server[Symbol.asyncDispose]())

  test('are Ready when the create returns, and lead to their logical cluster', async () => {
    const made = await create(server.client, 'fresh', type('organization'))
    assert.equal(made.status.phase, 'Ready')
    assert.match(made.spec.cluster, /^[a-z0-9]{16}$/)
    assert.equal(made.spec.URL, 'https://keelson.test/clusters/root:fresh')
    assert.equal(made.metadata.labels?.['tenancy.kcp.io/phase'], 'Ready')
    assert.deepEqual(made.metadata.finalizers, ['core.kcp.io/logicalcluster'])
    assert.equal(made.metadata.annotations?.['internal.tenancy.kcp.io/cluster'], made.spec.cluster)
    const inside = await server.client.inCluster('root:fresh').get(LOGICAL_CLUSTERS, 'cluster')
    assert.equal(inside.metadata.annotations?.['kcp.io/path'], 'root:fresh')
    assert.equal(inside.metadata.annotations?.['internal.tenancy.kcp.io/type'], 'root:organization')
    const owner = { apiVersion: 'tenancy.kcp.io/v1alpha1', resource: 'workspaces', name: 'fresh', cluster: 'root' }
    assert.deepEqual((inside.spec as { owner: object }).owner, { ...owner, uid: made.metadata.uid })
    assert.equal((inside.status as { URL: string }).URL, `https://keelson.test/clusters/${made.spec.cluster}`)
  })

  test('are reached by path and by name alike', async () => {
    const { spec } = await create(server.client, 'both-ways')
    const metadata = { name: 'seen', namespace: 'default' }
    await server.client
      .inCluster('root:both-ways')
      .create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata })
    const byName = await server.client.inCluster(spec.cluster).get(CONFIG_MAPS, 'seen', { namespace: 'default' })
    assert.equal(byName.metadata.annotations?.['kcp.io/cluster'], spec.cluster)
  })

  test('take their type from the parent’s type, and find one by its name upwards', async () => {
    const org = server.client.inCluster('root:typed')
    assert.deepEqual((await create(server.client, 'typed')).spec.type, { name: 'organization', path: 'root' })
    assert.deepEqual((await create(org, 'child')).spec.type, { name: 'universal', path: 'root' })
    await org.create(TYPES, workspaceType('local', { extend: { with: [{ name: 'universal', path: 'root' }] } }))
    const found = await create(server.client.inCluster('root:typed:child'), 'grandchild', { type: { name: 'local' } })
    assert.deepEqual(found.spec.type, { name: 'local', path: 'root:typed' })
    assert.equal((await org.get(TYPES, 'local')).metadata.annotations?.['kcp.io/path'], 'root:typed')
  })

  test('a type’s path is the server’s to say', async () => {
    const object = workspaceType('pathless', {})
    const made = await server.client.create(TYPES, {
      ...object,
      metadata: { ...object.metadata, annotations: { 'kcp.io/path': 'root:elsewhere' } },
    })
    assert.equal(made.metadata.annotations?.['kcp.io/path'], 'root')
  })

  test('a type may not have a reserved name', async () => {
    await create(server.client, 'naming')
    for (const name of ['any', 'system', 'root']) {
      const client = server.client.inCluster('root:naming')
      await assert.rejects(client.create(TYPES, workspaceType(name, {})), refusedWith('Invalid', /reserved name/))
    }
  })

  const REFUSED: readonly [string, object, string, RegExp][] = [
    ['a type that does not exist', type('missing'), 'Forbidden', /workspace type root:missing cannot be resolved$/],
    ['a type in a workspace that does not exist', type('t', 'root:no'), 'Forbidden', /cannot be resolved$/],
    [
      'a type that may not be used here',
      type('team'),
      'Forbidden',
      /root:team only allows \[root:organization root:team\]/,
    ],
    ['a type that lies nowhere', type('root'), 'Forbidden', /workspace type root:root allows no parents$/],
    ['a malformed type name', type('Upper'), 'Forbidden', /workspace type root:Upper cannot be resolved$/],
    ['a malformed path', type('team', 'root::x'), 'Forbidden', /cannot be resolved$/],
    ['a cluster that is no name', { cluster: '*' }, 'Forbidden', /is no name of a logical cluster$/],
    ['a cluster that exists', { cluster: 'root' }, 'Forbidden', /the logical cluster root or the path .* is in use$/],
  ]
  for (const [what, spec, reason, message] of REFUSED) {
    test(`${what} is refused`, async () => {
      await assert.rejects(create(server.client, 'refused', spec), refusedWith(reason, message))
      assert.deepEqual(await keys(store, '!path/root:refused'), [])
    })
  }

  for (const name of ['UPPER', 'a.b', '-a', 'a'.repeat(64), 'a:b', '']) {
    test(`${JSON.stringify(name)} is no name`, () =>
      assert.rejects(create(server.client, name), refusedWith('Invalid', /metadata\.name/)))
  }

  test('limits count what types extend, in both directions', async () => {
    const root = server.client
    await root.create(TYPES, workspaceType('closed', { limitAllowedChildren: { none: true } }))
    await root.create(TYPES, workspaceType('heir', { extend: { with: [{ name: 'closed', path: 'root' }] } }))
    await create(root, 'heir', type('heir'))
    await assert.rejects(
      create(root.inCluster('root:heir'), 'child', type('universal')),
      refusedWith('Forbidden', /workspace type root:closed allows no children$/),
    )
    await create(root, 'org', type('organization'))
    await create(root.inCluster('root:org'), 'team', type('team'))
    await create(root.inCluster('root:org:team'), 'nested', type('team'))
    await assert.rejects(create(root.inCluster('root:org'), 'other', type('organization')), (error) => {
      assert.ok(isStatus(error, 'Forbidden'))
      return error.message.includes('root:organization only allows [root:root] parents') || assert.fail(error.message)
    })
  })

  test('a circle of types is refused', async () => {
    const circular = (name: string, other: string) =>
      workspaceType(name, { extend: { with: [{ name: other, path: 'root' }] } })
    await server.client.create(TYPES, circular('egg', 'hen'))
    await assert.rejects(create(server.client, 'circle', type('egg')), refusedWith('Forbidden', /root:hen$/))
    await server.client.create(TYPES, circular('hen', 'egg'))
    await assert.rejects(
      create(server.client, 'circle', type('egg')),
      refusedWith('Forbidden', 'type root:egg extends itself: root:egg -> root:hen -> root:egg'),
    )
  })

  test('a type’s labels are added where there are none', async () => {
    await server.client.create(
      TYPES,
      workspaceType('labelled', { additionalWorkspaceLabels: { a: 'type', b: 'type' } }),
    )
    const made = await create(server.client, 'labelled', type('labelled'), { labels: { a: 'mine' } })
    assert.deepEqual([made.metadata.labels?.a, made.metadata.labels?.b], ['mine', 'type'])
  })

  describe('of somebody who is no master', () => {
    let alice: Client
    before(async () => {
      await create(server.client, 'shared', type('organization'))
      await grant(server.client.inCluster('root:shared'), 'alice', [
        ALL_OF_WORKSPACES,
        { nonResourceURLs: ['/'], verbs: ['access'] },
      ])
      alice = server.as(ALICE).inCluster('root:shared')
    })

    test('say whose they are, whatever the caller says', async () => {
      const annotations = { 'experimental.tenancy.kcp.io/owner': '{"username":"bob"}' }
      const made = await create(alice, 'owned', {}, { annotations })
      const owner = JSON.parse(made.metadata.annotations?.['experimental.tenancy.kcp.io/owner'] ?? '')
      assert.deepEqual(owner, { username: 'alice', groups: ALICE.groups })
    })

    test('are theirs to administer, and nothing else is', async () => {
      const { spec } = await create(alice, 'mine')
      const inside = server.as(ALICE).inCluster('root:shared:mine')
      const metadata = { name: 'more' }
      assert.ok(await inside.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata }))
      assert.ok(await inside.list(BINDINGS))
      assert.ok(await server.as(ALICE).inCluster(spec.cluster).list(NAMESPACES))
      await create(server.client.inCluster('root:shared'), 'not-mine')
      for (const cluster of ['root:shared', 'root:shared:not-mine', 'system:admin', '*']) {
        await assert.rejects(server.as(ALICE).inCluster(cluster).list(NAMESPACES), refusedWith('Forbidden', /alice/))
      }
      await assert.rejects(
        server.as(ALICE).inCluster('nosuchcluster').list(NAMESPACES),
        refusedWith('Forbidden', /alice/),
      )
    })

    test('may not be placed by them', async () => {
      for (const [spec, message] of [
        [{ cluster: 'chosen' }, 'spec.Cluster can only be set by system privileged users'],
        [{ URL: 'https://elsewhere' }, 'spec.URL can only be set by system privileged users'],
      ] as const) {
        await assert.rejects(create(alice, 'placed', spec), refusedWith('Forbidden', message))
      }
    })

    test('need the right to use the type and all that it extends', async () => {
      const org = server.client.inCluster('root:shared')
      await org.create(TYPES, workspaceType('base', {}))
      await org.create(TYPES, workspaceType('top', { extend: { with: [{ name: 'base', path: 'root:shared' }] } }))
      await org.create(TYPES, workspaceType('free', {}))
      const use = (name: string) => ({
        apiGroups: ['tenancy.kcp.io'],
        resources: ['workspacetypes'],
        resourceNames: [name],
        verbs: ['use'],
      })
      await grant(org, 'alice', [use('top')], 'use-top')
      await assert.rejects(
        create(alice, 'topped', { type: { name: 'top' } }),
        refusedWith(
          'Forbidden',
          "unable to use workspace type root:shared:base: missing verb='use' permission on workspacetype",
        ),
      )
    })

    test('change no more than kcp lets them', async () => {
      const made = await create(alice, 'settled')
      const patch = (change: object, subresource = '') =>
        alice.patch(WORKSPACES, 'settled', 'merge', change, { ...(subresource !== '' && { subresource }) })
      const cases: readonly [object, string, string, string][] = [
        [{ spec: { cluster: 'other' } }, '', 'Invalid', 'spec.cluster: Invalid value: "string": cluster is immutable'],
        [{ spec: { cluster: null } }, '', 'Invalid', 'spec: Invalid value: "object": cluster cannot be unset'],
        [{ spec: { URL: null } }, '', 'Invalid', 'spec: Invalid value: "object": URL cannot be unset'],
        [{ spec: { URL: 'https://x' } }, '', 'Forbidden', 'spec.URL can only be changed by system privileged users'],
        [{ spec: { type: { name: 'team' } } }, '', 'Invalid', 'spec.type: Invalid value: "object": name is immutable'],
        [{ spec: { type: { path: null } } }, '', 'Invalid', 'spec.type: Invalid value: "object": path is immutable'],
        [{ status: { phase: 'Inactive' } }, 'status', 'Forbidden', 'can only be changed by the system'],
      ]
      for (const [change, subresource, reason, message] of cases) {
        await assert.rejects(patch(change, subresource), refusedWith(reason, message))
      }
      const labelled = await patch({ metadata: { labels: { 'tenancy.kcp.io/phase': 'Inactive', mine: 'yes' } } })
      assert.deepEqual(labelled.metadata.labels, { 'tenancy.kcp.io/phase': 'Ready', mine: 'yes' })
      assert.deepEqual(labelled.spec, made.spec)
    })

    test('groups that a parent requires are required below it', async () => {
      const path = 'root:shared'
      const required = 'authorization.kcp.io/required-groups'
      await create(server.client.inCluster(path), 'guarded', {}, { annotations: { [required]: 'team-a' } })
      const guarded = server.client.inCluster(`${path}:guarded`)
      await grant(guarded, 'alice', [ALL_OF_WORKSPACES, { nonResourceURLs: ['/'], verbs: ['access'] }])
      const child = await create(
        server.as(ALICE).inCluster(`${path}:guarded`),
        'child',
        {},
        { annotations: { [required]: 'x' } },
      )
      assert.equal(child.metadata.annotations?.[required], 'team-a')
      const outsider = server.as({ ...ALICE, groups: ['system:authenticated'] })
      await assert.rejects(outsider.inCluster(`${path}:guarded`).list(WORKSPACES), refusedWith('Forbidden', /alice/))
    })
  })

  test('a dry run makes nothing', async () => {
    const revision = store.revision()
    const made = (await server.client.create(WORKSPACES, workspace('dry'), { dryRun: true })) as Workspace
    assert.equal(made.status.phase, 'Ready')
    assert.equal(store.revision(), revision)
    await assert.rejects(server.client.inCluster('root:dry').list(NAMESPACES), refusedWith('NotFound', /root:dry/))
  })

  test('half a workspace is never made', async () => {
    const before = await keys(store, '')
    server.faults.failCommits(1)
    await assert.rejects(create(server.client, 'half'))
    assert.deepEqual(await keys(store, ''), before)
    assert.equal((await create(server.client, 'half')).status.phase, 'Ready')
  })

  test('five hundred at once are five hundred', async () => {
    await create(server.client, 'crowd', type('organization'))
    const crowd = server.client.inCluster('root:crowd')
    const made = await Promise.all(Array.from({ length: 500 }, (_, index) => create(crowd, `w${index}`)))
    assert.equal(new Set(made.map(({ spec }) => spec.cluster)).size, 500)
    assert.ok(made.every(({ status }) => status.phase === 'Ready'))
    assert.equal((await crowd.list(WORKSPACES)).items.length, 500)
  })

  test('one name is taken once, however many ask', async () => {
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => create(server.client, 'contested')))
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    assert.ok(refused.every((error) => isStatus(error, 'AlreadyExists')))
  })

  test('deleted, they leave nothing, and their path is free', async () => {
    const { spec } = await create(server.client, 'gone', type('organization'))
    const gone = server.client.inCluster('root:gone')
    const child = await create(gone, 'child')
    await gone.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'full' } })
    const metadata = { name: 'a', namespace: 'full' }
    await gone.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata })
    const labels = { touched: 'yes' }
    await gone.patch(CONFIG_MAPS, 'kube-root-ca.crt', 'merge', { metadata: { labels } }, { namespace: 'full' })
    await gone.patch(NAMESPACES, 'default', 'merge', { metadata: { labels } })
    await server.client.delete(WORKSPACES, 'gone')
    await eventually(() =>
      assert.rejects(server.client.get(WORKSPACES, 'gone'), (error) => isStatus(error, 'NotFound')),
    )
    const left = (await keys(store, '')).filter(
      (key) => key.includes(spec.cluster) || key.includes(child.spec.cluster) || key.includes('root:gone'),
    )
    assert.deepEqual(left, [])
    const again = await create(server.client, 'gone', type('organization'))
    assert.notEqual(again.spec.cluster, spec.cluster)
    assert.deepEqual((await gone.list(WORKSPACES)).items, [])
  })

  test('more kinds than a commit has operations go, too', async () => {
    const { spec } = await create(server.client, 'many-kinds')
    const client = server.client.inCluster('root:many-kinds')
    const definitions = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
    const define = async (index: number) => {
      const plural = `things${index}`
      const names = { plural, kind: `Thing${index}`, singular: `thing${index}`, listKind: `Thing${index}List` }
      await client.create(definitions, {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `${plural}.example.com` },
        spec: {
          group: 'example.com',
          scope: 'Cluster',
          names,
          versions: [{ name: 'v1', served: true, storage: true, schema }],
        },
      })
      const things = resourceRef('example.com/v1', plural, { namespaced: false })
      await client.create(things, { apiVersion: 'example.com/v1', kind: names.kind, metadata: { name: 'one' } })
    }
    for (let index = 0; index < 130; index++) await define(index)
    const unserved = { spec: { versions: [{ name: 'v1', served: false, storage: true, schema }] } }
    await client.patch(definitions, 'things0.example.com', 'merge', unserved)
    await server.client.delete(WORKSPACES, 'many-kinds')
    await eventually(() =>
      assert.rejects(server.client.get(WORKSPACES, 'many-kinds'), (error) => isStatus(error, 'NotFound')),
    )
    assert.deepEqual(
      (await keys(store, '')).filter((key) => key.includes(spec.cluster)),
      [],
    )
  })

  test('a workspace with initializers is Ready from the commit that removes the last one', async () => {
    await server.client.create(TYPES, workspaceType('slow', { initializer: true }))
    const made = await create(server.client, 'slow', type('slow'))
    assert.deepEqual([made.status.phase, made.status.initializers], ['Initializing', ['root:slow']])
    const inside = server.client.inCluster('root:slow')
    const events = server.client.watch(WORKSPACES, { resourceVersion: String(made.metadata.resourceVersion) })
    const seen = (async () => {
      for await (const { object } of events) if (object.metadata.name === 'slow') return object as Workspace
      return undefined
    })()
    const logicalCluster = await inside.patch(
      LOGICAL_CLUSTERS,
      'cluster',
      'merge',
      { status: { initializers: [] } },
      { subresource: 'status' },
    )
    assert.equal((logicalCluster.status as { phase: string }).phase, 'Ready')
    const ready = (await server.client.get(WORKSPACES, 'slow')) as Workspace
    assert.equal(ready.status.phase, 'Ready')
    assert.deepEqual(ready.status.initializers, [])
    assert.equal(ready.metadata.labels?.['tenancy.kcp.io/phase'], 'Ready')
    assert.equal(ready.status.conditions.find((each) => each.type === 'WorkspaceInitialized')?.status, 'True')
    const revisionOf = (object: KubeObject) => Math.floor(Number(object.metadata.resourceVersion) / 256)
    assert.equal(revisionOf(ready), revisionOf(logicalCluster))
    assert.equal((await seen)?.status.phase, 'Ready')
  })

  test('what a logical cluster tells, its workspace tells', async () => {
    await create(server.client, 'told')
    const inside = server.client.inCluster('root:told')
    const time = '2030-01-01T00:00:00Z'
    const condition = { type: 'WorkspaceContentDeleted', status: 'False', reason: 'X', lastTransitionTime: time }
    const { status } = (await inside.get(LOGICAL_CLUSTERS, 'cluster')) as Workspace
    const conditions = [...status.conditions, condition]
    await inside.patch(LOGICAL_CLUSTERS, 'cluster', 'merge', { status: { conditions } }, { subresource: 'status' })
    const told = (await server.client.get(WORKSPACES, 'told')) as Workspace
    assert.deepEqual(told.status.conditions.at(-1), condition)
  })

  test('the admin of a workspace does not rule its LogicalCluster', async () => {
    await create(server.client, 'ruled')
    const inside = server.client.inCluster('root:ruled')
    await grant(inside, 'alice', [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ])
    const alice = server.as(ALICE).inCluster('root:ruled')
    const cases: readonly [string, () => Promise<unknown>, string][] = [
      ['delete', () => alice.delete(LOGICAL_CLUSTERS, 'cluster'), 'LogicalCluster cannot be deleted'],
      [
        'finalizers',
        () => alice.patch(LOGICAL_CLUSTERS, 'cluster', 'merge', { metadata: { finalizers: null } }),
        'can only be removed by the system',
      ],
      [
        'spec.owner',
        () => alice.patch(LOGICAL_CLUSTERS, 'cluster', 'merge', { spec: { owner: { name: 'x' } } }),
        'spec.owner is immutable',
      ],
      [
        'status.initializers',
        () =>
          alice.patch(
            LOGICAL_CLUSTERS,
            'cluster',
            'merge',
            { status: { initializers: ['a:b'] } },
            { subresource: 'status' },
          ),
        'status.initializers is immutable after initialization',
      ],
      [
        'status.phase',
        () =>
          alice.patch(
            LOGICAL_CLUSTERS,
            'cluster',
            'merge',
            { status: { phase: 'Initializing' } },
            { subresource: 'status' },
          ),
        'cannot transition from "Ready" to "Initializing"',
      ],
    ]
    for (const [what, attempt, message] of cases) {
      await assert.rejects(attempt(), refusedWith('Forbidden', message), what)
    }
  })
})

test('where the server is reached may change from start to start', async () => {
  const store = await openStore({ engine: 'memory' })
  const kept: Store = { ...store, [Symbol.asyncDispose]: async () => undefined }
  {
    await using server = await startServer({ store: kept, listen: true })
    await create(server.client, 'moving')
    const { spec } = (await server.client.get(WORKSPACES, 'moving')) as Workspace
    assert.equal(spec.URL, `${server.url}/clusters/root:moving`)
  }
  await using server = await startServer({ store, features: [] })
  const { spec } = (await server.client.get(WORKSPACES, 'moving')) as Workspace
  assert.equal(spec.URL, 'https://keelson.test/clusters/root:moving')
  const { items } = await server.client.list(WORKSPACES)
  assert.deepEqual(
    items.map((item) => (item as Workspace).spec.URL),
    [spec.URL],
  )
  const updated = (await server.client.update(WORKSPACES, items[0] as KubeObject)) as Workspace
  assert.equal(updated.spec.URL, spec.URL)
})
