import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isStatus, type UserInfo } from '../../machinery/index.ts'
import {
  type Client,
  createClient,
  eventually,
  inProcessTransport,
  resourceRef,
  startServer,
  type TestServer,
} from '../../testing/index.ts'
import {
  ALICE,
  type APIBinding,
  type APIExport,
  allowAlice,
  apiExport,
  binding,
  type Slice,
  startProvider,
  type Widget,
  widget,
} from './test-objects.ts'

const EXPORTS = resourceRef<APIExport>('apis.kcp.io/v1alpha2', 'apiexports', { namespaced: false })
const BINDINGS = resourceRef<APIBinding>('apis.kcp.io/v1alpha2', 'apibindings', { namespaced: false })
const SLICES = resourceRef<Slice>('apis.kcp.io/v1alpha1', 'apiexportendpointslices', { namespaced: false })
const WIDGETS = resourceRef<Widget>('example.com/v1', 'widgets', { namespaced: true })
const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const ADMIN: UserInfo = { username: 'admin', groups: ['system:masters', 'system:authenticated'] }
const HERE = { namespace: 'default' }
const CONTENT = { apiGroups: ['apis.kcp.io'], resources: ['apiexports/content'], resourceNames: ['widgets'] }

describe('the virtual workspace of an APIExport', () => {
  let server: TestServer
  let provider: Client
  let one: Client
  let other: Client
  before(async () => {
    server = await startServer()
    provider = await startProvider(server)
    ;[one, other] = [await server.workspace('one'), await server.workspace('other')]
    await one.create(BINDINGS, binding())
    await other.create(BINDINGS, binding('theirs'))
    await one.create(WIDGETS, widget('first'))
    await other.create(WIDGETS, widget('second'))
    await startProvider(server, 'stranger')
    const third = await server.workspace('third')
    await third.create(BINDINGS, binding('widgets', 'root:stranger'))
    await third.create(WIDGETS, widget('elsewhere'))
    await server.workspace('unbound')
  })
  after(() => server[Symbol.asyncDispose]())

  /** At the URL that the endpoint slice publishes. */
  const view = async (cluster = '*', user = ADMIN): Promise<Client> => {
    const { status } = await provider.get(SLICES, 'widgets')
    const url = status?.endpoints?.[0]?.url ?? ''
    assert.match(url, /^https:\/\/keelson\.test\/services\/apiexport\/[0-9a-z]{16}\/widgets$/)
    return createClient({
      transport: inProcessTransport(server.handler, user),
      cluster: `${new URL(url).pathname}/clusters/${cluster}`,
    })
  }
  const nameOf = async (client: Client): Promise<string> =>
    (await client.get(resourceRef('core.kcp.io/v1alpha1', 'logicalclusters', { namespaced: false }), 'cluster'))
      .metadata.annotations?.['kcp.io/cluster'] ?? ''

  test('lists the objects of all workspaces that bind it, and no others', async () => {
    const { items } = await (await view()).list(WIDGETS)
    assert.deepEqual(
      items.map(({ metadata }) => [metadata.annotations?.['kcp.io/cluster'], metadata.name]).toSorted(),
      [
        [await nameOf(one), 'first'],
        [await nameOf(other), 'second'],
      ].toSorted(),
    )
  })

  test('a controller sees what happens in every workspace and writes status into each', async () => {
    const everywhere = await view()
    const stop = new AbortController()
    const seen: string[] = []
    const running = (async () => {
      for await (const { type, object } of everywhere.watch(WIDGETS, { signal: stop.signal })) {
        if (type === 'DELETED' || object.status?.ready === true) continue
        const cluster = object.metadata.annotations?.['kcp.io/cluster'] ?? ''
        seen.push(`${cluster}/${object.metadata.name}`)
        const there = await view(cluster)
        await there.updateStatus(WIDGETS, { ...object, status: { ready: true } })
      }
    })().catch((error: unknown) => {
      if (!stop.signal.aborted) throw error
    })
    await one.create(WIDGETS, widget('watched'))
    await other.create(WIDGETS, widget('watched'))
    await eventually(async () => {
      for (const [client, name] of [
        [one, 'first'],
        [other, 'second'],
        [one, 'watched'],
        [other, 'watched'],
      ] as const)
        assert.equal((await client.get(WIDGETS, name, HERE)).status?.ready, true)
    })
    stop.abort()
    await running
    assert.equal(new Set(seen).size, 4)
  })

  test('in one workspace objects are created, changed and deleted', async () => {
    const there = await view(await nameOf(one))
    await there.create(WIDGETS, widget('made'))
    await there.patch(WIDGETS, 'made', 'merge', { spec: { size: 'small' } }, HERE)
    const made = await one.get(WIDGETS, 'made', HERE)
    assert.equal(made.spec?.size, 'small')
    await there.update(WIDGETS, { ...made, spec: { size: 'tiny' } })
    await there.delete(WIDGETS, 'made', HERE)
    await assert.rejects(one.get(WIDGETS, 'made', HERE), (error) => isStatus(error, 'NotFound'))
    const everywhere = await view()
    await assert.rejects(everywhere.create(WIDGETS, widget('nowhere')), (error) => isStatus(error, 'MethodNotAllowed'))
  })

  test('shows the bindings of the export, to read', async () => {
    const everywhere = await view()
    const { items } = await everywhere.list(BINDINGS)
    assert.deepEqual(items.map(({ metadata }) => metadata.name).toSorted(), ['theirs', 'widgets'])
    const there = await view(await nameOf(other))
    assert.equal((await there.get(BINDINGS, 'theirs')).status?.phase, 'Bound')
    await assert.rejects(there.get(BINDINGS, 'another'), (error) => isStatus(error, 'NotFound'))
    await assert.rejects(there.delete(BINDINGS, 'theirs'), (error) => isStatus(error, 'MethodNotAllowed'))
  })

  test('discovery and OpenAPI name what is exported, and nothing else', async () => {
    const everywhere = await view()
    const resources = await everywhere.discovery.resources()
    assert.deepEqual(resources.map(({ resource }) => resource).toSorted(), ['apibindings', 'apibindings', 'widgets'])
    await everywhere.raw('GET', '/openapi/v3/apis/example.com/v1')
    await assert.rejects(everywhere.list(CONFIG_MAPS), (error) => isStatus(error, 'NotFound'))
  })

  test('an administrator finds the same objects by the identity, at the wildcard of all workspaces', async () => {
    const { status } = await provider.get(EXPORTS, 'widgets')
    const byIdentity = (hash = '') => ({ ...WIDGETS, resource: `widgets:${hash}` })
    const all = server.client.inCluster('*')
    const { items } = await all.list(byIdentity(status?.identityHash))
    assert.equal(items.length, (await (await view()).list(WIDGETS)).items.length)
    for (const resource of [WIDGETS, byIdentity('0'), byIdentity()])
      await assert.rejects(all.list(resource), (error) => isStatus(error, 'NotFound'))
  })

  test('there is nothing in a workspace that has not bound it', async () => {
    for (const name of ['unbound', 'third']) {
      const there = await view(await nameOf(server.client.inCluster(`root:${name}`)))
      await assert.rejects(there.list(WIDGETS), (error) => isStatus(error, 'Forbidden'))
    }
  })

  test('is for those who have the verb on apiexports/content, and asks for no right in the consumer', async () => {
    const refused = await view('*', ALICE)
    await assert.rejects(refused.list(WIDGETS), (error) => isStatus(error, 'Forbidden'))
    await allowAlice(provider, 'reads', [{ ...CONTENT, verbs: ['list', 'create'] }])
    assert.equal((await refused.list(WIDGETS)).items.length >= 2, true)
    const there = await view(await nameOf(one), ALICE)
    await there.create(WIDGETS, widget('by-alice'))
    await assert.rejects(there.delete(WIDGETS, 'by-alice', HERE), (error) => isStatus(error, 'Forbidden'))
  })
})

describe('an APIExportEndpointSlice', () => {
  let server: TestServer
  let provider: Client
  before(async () => {
    server = await startServer()
    provider = await startProvider(server)
  })
  after(() => server[Symbol.asyncDispose]())
  const endpoints = async (client: Client, name: string): Promise<number | undefined> =>
    (await client.get(SLICES, name)).status?.endpoints?.length

  const slice = (name: string, path = 'root:provider'): Slice => ({
    apiVersion: 'apis.kcp.io/v1alpha1',
    kind: 'APIExportEndpointSlice',
    metadata: { name },
    spec: { export: { path, name: 'widgets' } },
  })

  test('comes with its export, and has an endpoint while something is bound', async () => {
    const [one, other] = [await server.workspace('one'), await server.workspace('other')]
    assert.equal(await endpoints(provider, 'widgets'), 0)
    await other.create(SLICES, slice('mine'))
    assert.equal(await endpoints(other, 'mine'), 0)
    await one.create(BINDINGS, binding())
    await other.create(BINDINGS, binding())
    assert.equal(await endpoints(provider, 'widgets'), 1)
    assert.equal(await endpoints(other, 'mine'), 1)
    await other.create(SLICES, slice('late'))
    assert.equal(await endpoints(other, 'late'), 1)
    await one.delete(BINDINGS, 'widgets')
    await eventually(async () => assert.equal((await one.list(BINDINGS)).items.length, 0))
    assert.equal(await endpoints(provider, 'widgets'), 1)
    await other.delete(BINDINGS, 'widgets')
    await eventually(async () => assert.equal(await endpoints(provider, 'widgets'), 0))
    assert.equal(await endpoints(other, 'late'), 0)
  })

  test('goes with its export', async () => {
    await provider.create(EXPORTS, apiExport('leaving', []))
    await provider.delete(EXPORTS, 'leaving')
    await eventually(async () =>
      assert.rejects(provider.get(SLICES, 'leaving'), (error) => isStatus(error, 'NotFound')),
    )
  })

  test('is not made for an export that says so', async () => {
    const annotations = { 'apiexports.apis.kcp.io/skip-endpointslice': 'true' }
    await provider.create(EXPORTS, apiExport('without', [], { annotations }))
    await assert.rejects(provider.get(SLICES, 'without'), (error) => isStatus(error, 'NotFound'))
  })

  test('of an export that may not be bound is refused', async () => {
    const rule = { apiGroups: ['apis.kcp.io'], resources: ['apiexportendpointslices'], verbs: ['*'] }
    const mine = await server.workspace('mine')
    await allowAlice(mine, 'slices', [rule])
    const alice = server.as(ALICE).inCluster('root:mine')
    await assert.rejects(
      alice.create(SLICES, slice('try')),
      (error) =>
        isStatus(error, 'Forbidden') && /no permission to bind to export root:provider:widgets/.test(error.message),
    )
  })
})

test('many first and last bindings at once leave the endpoint as it must be', async () => {
  await using server = await startServer()
  const provider = await startProvider(server)
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const consumers = await Promise.all(names.map((name) => server.workspace(name)))
  const published = async () => (await provider.get(SLICES, 'widgets')).status?.endpoints?.length
  for (let round = 0; round < 3; round++) {
    await Promise.all(consumers.map((client) => client.create(BINDINGS, binding())))
    assert.equal(await published(), 1)
    await Promise.all(consumers.map((client) => client.delete(BINDINGS, 'widgets')))
    await eventually(async () => assert.equal(await published(), 0))
    await eventually(async () => {
      for (const client of consumers) assert.equal((await client.list(BINDINGS)).items.length, 0)
    })
  }
})
