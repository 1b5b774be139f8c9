import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isStatus } from '../../machinery/index.ts'
import { openStore, type Store } from '../../storage/index.ts'
import { type Client, eventually, resourceRef, startServer, type TestServer } from '../../testing/index.ts'
import {
  ALICE,
  type APIBinding,
  type APIExport,
  allow,
  allowAlice,
  apiExport,
  binding,
  conditionOf,
  exported,
  startProvider,
  type Widget,
  widget,
  widgetSchema,
} from './test-objects.ts'

const SCHEMAS = resourceRef('apis.kcp.io/v1alpha1', 'apiresourceschemas', { namespaced: false })
const EXPORTS = resourceRef<APIExport>('apis.kcp.io/v1alpha2', 'apiexports', { namespaced: false })
const BINDINGS = resourceRef<APIBinding>('apis.kcp.io/v1alpha2', 'apibindings', { namespaced: false })
const WIDGETS = resourceRef<Widget>('example.com/v1', 'widgets', { namespaced: true })
const LOGICAL_CLUSTERS = resourceRef('core.kcp.io/v1alpha1', 'logicalclusters', { namespaced: false })
const HERE = { namespace: 'default' }
const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const isRefused = (reason: string, text: RegExp) => (error: unknown) =>
  isStatus(error, reason) && text.test(error.message)

describe('an APIBinding', () => {
  let server: TestServer
  let provider: Client
  before(async () => {
    server = await startServer()
    provider = await startProvider(server)
  })
  after(() => server[Symbol.asyncDispose]())

  test('is Bound when the create is answered, and says what it has bound', async () => {
    const one = await server.workspace('bound')
    const { status, metadata } = await one.create(BINDINGS, binding())
    const { status: of } = await provider.get(EXPORTS, 'widgets')
    assert.equal(status?.phase, 'Bound')
    assert.deepEqual(
      status?.boundResources?.map(({ group, resource, schema }) => [group, resource, schema.name, schema.identityHash]),
      [['example.com', 'widgets', 'v1.widgets.example.com', of?.identityHash]],
    )
    assert.deepEqual(
      status?.conditions?.map(({ type, status: value }) => `${type}=${value}`),
      [
        'Ready=True',
        'APIExportValid=True',
        'BindingUpToDate=True',
        'InitialBindingCompleted=True',
        'PermissionClaimsApplied=True',
        'PermissionClaimsValid=True',
      ],
    )
    assert.deepEqual(metadata.finalizers, ['apis.kcp.io/apibinding-finalizer'])
    assert.match(metadata.labels?.['internal.apis.kcp.io/export'] ?? '', /^[0-9A-Za-z]{30,38}$/)
    const { annotations } = (await one.get(LOGICAL_CLUSTERS, 'cluster')).metadata
    assert.equal(annotations?.['internal.apis.kcp.io/resource-bindings'], '{"widgets.example.com":{"n":"widgets"}}')
  })

  test('brings the resource into its workspace, and into no other', async () => {
    const [one, other, without] = [
      await server.workspace('one'),
      await server.workspace('other'),
      await server.workspace('without'),
    ]
    for (const consumer of [one, other]) await consumer.create(BINDINGS, binding())
    await one.create(WIDGETS, widget('mine'))
    assert.equal((await one.get(WIDGETS, 'mine', HERE)).spec?.size, 'large')
    assert.deepEqual((await other.list(WIDGETS, HERE)).items, [])
    await assert.rejects(without.list(WIDGETS, HERE), (error) => isStatus(error, 'NotFound'))
    assert.equal((await one.discovery.mapResource('widgets.example.com')).length, 1)
    assert.equal((await without.discovery.mapResource('widgets.example.com')).length, 0)
    const document = (await one.raw('GET', '/openapi/v3/apis/example.com/v1')) as { components: { schemas: object } }
    assert.ok(Object.keys(document.components.schemas).some((name) => name.endsWith('Widget')))
  })

  test('of what is missing, or may not be bound, is refused with one and the same answer', async () => {
    const one = await server.workspace('refused')
    await allowAlice(one, 'bindings', [{ apiGroups: ['apis.kcp.io'], resources: ['apibindings'], verbs: ['*'] }])
    const alice = server.as(ALICE).inCluster('root:refused')
    const cases = [
      ['root:provider', 'widgets'],
      ['root:provider', 'gadgets'],
      ['root:nowhere', 'widgets'],
    ] as const
    for (const [path, name] of cases) {
      await assert.rejects(
        alice.create(BINDINGS, binding('try', path, name)),
        isRefused('Forbidden', new RegExp(`"try" is forbidden: no permission to bind to export ${path}:${name}$`)),
      )
    }
    const rule = { apiGroups: ['apis.kcp.io'], resources: ['apiexports'], resourceNames: ['widgets'], verbs: ['bind'] }
    await allowAlice(provider, 'bind-widgets', [rule])
    assert.equal((await alice.create(BINDINGS, binding())).status?.phase, 'Bound')
    await assert.rejects(
      alice.patch(BINDINGS, 'widgets', 'merge', { status: { phase: 'Binding' } }, { subresource: 'status' }),
      isRefused('Forbidden', /apibindings\/status/),
    )
    await assert.rejects(
      alice.patch(BINDINGS, 'widgets', 'merge', { metadata: { finalizers: null } }),
      isRefused('Forbidden', /can only be removed by the system/),
    )
  })

  test('cannot be turned to another export', async () => {
    const one = await server.workspace('turned')
    await one.create(BINDINGS, binding())
    await assert.rejects(
      one.patch(BINDINGS, 'widgets', 'merge', { spec: { reference: { export: { name: 'gadgets' } } } }),
      isRefused('Forbidden', /APIExport reference must not be changed/),
    )
  })

  test('waits when another binding, or a CRD, has the name', async () => {
    const one = await server.workspace('conflict')
    await one.create(BINDINGS, binding('first'))
    const second = await one.create(BINDINGS, binding('second'))
    assert.equal(second.status?.phase, 'Binding')
    assert.deepEqual(second.status?.boundResources, [])
    const { status, reason, message = '' } = conditionOf(second, 'InitialBindingCompleted') ?? {}
    assert.deepEqual([status, reason], ['False', 'NamingConflicts'])
    assert.match(message, /APIBinding "first"/)
    assert.equal(conditionOf(second, 'Ready')?.reason, 'NamingConflicts')

    const other = await server.workspace('definition')
    const names = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' }
    const schema = { openAPIV3Schema: { type: 'object' } }
    await other.create(CRDS, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names,
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    })
    const blocked = await other.create(BINDINGS, binding())
    assert.match(
      conditionOf(blocked, 'BindingUpToDate')?.message ?? '',
      /CustomResourceDefinition widgets\.example\.com/,
    )
  })

  test('a new schema of the export is served with the next request', async () => {
    const own = await startProvider(server, 'evolving')
    const one = await server.workspace('evolved')
    await one.create(BINDINGS, binding('widgets', 'root:evolving'))
    const coloured = { size: 'small', colour: 'red' }
    assert.equal((await one.create(WIDGETS, widget('before', coloured))).spec?.colour, undefined)
    const properties = { size: { type: 'string' }, colour: { type: 'string' } }
    await own.create(SCHEMAS, widgetSchema('v2', properties))
    await own.patch(EXPORTS, 'widgets', 'merge', { spec: { resources: [exported('v2')] } })
    assert.equal((await one.create(WIDGETS, widget('after', coloured))).spec?.colour, 'red')
    assert.equal((await one.get(WIDGETS, 'before', HERE)).spec?.size, 'small')
  })

  test('gets what its export offers later, also when the schema comes last', async () => {
    const own = await startProvider(server, 'growing')
    const one = await server.workspace('grown')
    await one.create(BINDINGS, binding('widgets', 'root:growing'))
    await own.patch(EXPORTS, 'widgets', 'merge', { spec: { resources: [exported(), exported('v1', 'gadgets')] } })
    await eventually(async () => {
      const { reason, message } = conditionOf(await one.get(BINDINGS, 'widgets'), 'APIExportValid') ?? {}
      assert.equal(reason, 'InternalError')
      assert.match(message ?? '', /v1\.gadgets\.example\.com not found/)
    })
    await own.create(SCHEMAS, widgetSchema('v1', {}, 'gadgets', 'Gadget'))
    const gadgets = resourceRef('example.com/v1', 'gadgets', { namespaced: true })
    await eventually(async () => assert.deepEqual((await one.list(gadgets)).items, []))
    assert.equal(conditionOf(await one.get(BINDINGS, 'widgets'), 'BindingUpToDate')?.status, 'True')
  })

  test('takes over from the one that stood in its way, with its objects', async () => {
    const one = await server.workspace('handover')
    await one.create(BINDINGS, binding('first'))
    await one.create(BINDINGS, binding('second'))
    await one.create(WIDGETS, widget('stays'))
    await one.delete(BINDINGS, 'first')
    await eventually(async () => assert.equal((await one.get(BINDINGS, 'second')).status?.phase, 'Bound'))
    assert.equal((await one.get(WIDGETS, 'stays', HERE)).spec?.size, 'large')
  })

  test('goes on when its export is gone', async () => {
    const own = await startProvider(server, 'leaving')
    const one = await server.workspace('left')
    await one.create(BINDINGS, binding('widgets', 'root:leaving'))
    await one.create(WIDGETS, widget('kept'))
    await own.delete(EXPORTS, 'widgets')
    assert.equal((await one.get(WIDGETS, 'kept', HERE)).spec?.size, 'large')
    await eventually(async () => {
      const found = await one.get(BINDINGS, 'widgets')
      const { reason, status: valid } = conditionOf(found, 'APIExportValid') ?? {}
      assert.deepEqual([found.status?.phase, valid, reason], ['Bound', 'False', 'APIExportNotFound'])
    })
  })

  test('takes its objects with it, and waits for their finalizers', async () => {
    const one = await server.workspace('deleting')
    await one.create(BINDINGS, binding())
    await one.create(WIDGETS, widget('free'))
    await one.create(WIDGETS, {
      ...widget('held'),
      metadata: { ...widget('held').metadata, finalizers: ['example.com/hold'] },
    })
    await one.delete(BINDINGS, 'widgets')
    await eventually(async () => {
      const condition = conditionOf(await one.get(BINDINGS, 'widgets'), 'BindingResourceDeleteSuccess')
      assert.equal(condition?.reason, 'SomeResourcesRemain')
    })
    await assert.rejects(one.create(WIDGETS, widget('late')), (error) => isStatus(error, 'MethodNotAllowed'))
    await one.patch(WIDGETS, 'held', 'merge', { metadata: { finalizers: null } }, HERE)
    await eventually(async () => assert.rejects(one.get(BINDINGS, 'widgets'), (error) => isStatus(error, 'NotFound')))
    await assert.rejects(one.list(WIDGETS, HERE), (error) => isStatus(error, 'NotFound'))
    const { annotations } = (await one.get(LOGICAL_CLUSTERS, 'cluster')).metadata
    assert.equal(annotations?.['internal.apis.kcp.io/resource-bindings'], '{}')
    await one.create(BINDINGS, binding())
    assert.deepEqual((await one.list(WIDGETS, HERE)).items, [])
  })

  test('goes with its workspace', async () => {
    const workspaces = resourceRef('tenancy.kcp.io/v1alpha1', 'workspaces', { namespaced: false })
    const one = await server.workspace('ending')
    await one.create(BINDINGS, binding())
    await one.create(WIDGETS, widget('there'))
    await server.client.delete(workspaces, 'ending')
    await eventually(async () =>
      assert.rejects(server.client.get(workspaces, 'ending'), (error) => isStatus(error, 'NotFound')),
    )
  })
})

describe('an APIBinding, whatever happens around it', () => {
  let store: Store
  let server: TestServer
  before(async () => {
    store = await openStore({ engine: 'memory' })
    server = await startServer({ store })
  })
  after(() => server[Symbol.asyncDispose]())

  test('leaves a user no more than the provider allows, if the export has such a policy', async () => {
    const own = await startProvider(server, 'bounded')
    const one = await server.workspace('user')
    await one.create(BINDINGS, binding('widgets', 'root:bounded'))
    await one.create(WIDGETS, widget('there'))
    const everything = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]
    await allowAlice(one, 'everything', everything)
    const alice = server.as(ALICE).inCluster('root:user')
    await alice.get(WIDGETS, 'there', HERE)
    await own.patch(EXPORTS, 'widgets', 'merge', { spec: { maximalPermissionPolicy: { local: {} } } })
    await assert.rejects(alice.get(WIDGETS, 'there', HERE), (error) => isStatus(error, 'Forbidden'))
    const consumer = { ...ALICE, username: `apis.kcp.io:binding:${ALICE.username}` }
    await allow(own, consumer, 'reads', [{ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get'] }])
    await alice.get(WIDGETS, 'there', HERE)
    await assert.rejects(alice.delete(WIDGETS, 'there', HERE), (error) => isStatus(error, 'Forbidden'))
    await alice.list(BINDINGS)
    await own.delete(EXPORTS, 'widgets')
    await alice.delete(WIDGETS, 'there', HERE)
  })

  test('may name its own workspace by no path, and another one by its logical cluster', async () => {
    const provider = await startProvider(server)
    const { path: _path, ...reference } = binding().spec.reference.export
    const own = await provider.create(BINDINGS, { ...binding('own'), spec: { reference: { export: reference } } })
    assert.equal(own.status?.phase, 'Bound')
    const one = await server.workspace('by-name')
    const cluster = own.metadata.annotations?.['kcp.io/cluster'] ?? ''
    assert.equal((await one.create(BINDINGS, binding('widgets', cluster))).status?.phase, 'Bound')
  })

  test('of two at once one has the resource', async () => {
    await startProvider(server, 'wanted')
    for (let round = 0; round < 5; round++) {
      const one = await server.workspace(`race-${round}`)
      const names = ['a', 'b', 'c']
      const made = await Promise.allSettled(names.map((name) => one.create(BINDINGS, binding(name, 'root:wanted'))))
      for (const { reason } of made as { reason?: unknown }[])
        assert.ok(reason === undefined || isStatus(reason, 'Conflict'), String(reason))
      const { items } = await one.list(BINDINGS)
      assert.equal(items.filter(({ status }) => status?.phase === 'Bound').length, 1)
      assert.equal(items.filter(({ status }) => (status?.boundResources?.length ?? 0) > 0).length, 1)
    }
  })

  test('can be deleted when its provider is gone, and leaves no row behind', async () => {
    const own = await startProvider(server, 'vanishing')
    const { status } = await own.get(EXPORTS, 'widgets')
    const one = await server.workspace('abandoned')
    await one.create(BINDINGS, binding('widgets', 'root:vanishing'))
    await one.create(WIDGETS, widget('lost'))
    const workspaces = resourceRef('tenancy.kcp.io/v1alpha1', 'workspaces', { namespaced: false })
    await server.client.delete(workspaces, 'vanishing')
    await eventually(async () =>
      assert.rejects(server.client.get(workspaces, 'vanishing'), (error) => isStatus(error, 'NotFound')),
    )
    const prefix = `/example.com/widgets/${status?.identityHash}/`
    assert.equal(await store.count(prefix), 1)
    await one.delete(BINDINGS, 'widgets')
    await eventually(async () => assert.deepEqual((await one.list(BINDINGS)).items, []))
    assert.equal(await store.count(prefix), 0)
    await eventually(async () => assert.equal(await store.count('!follow/'), 0))
  })
})

test('an export with two resources binds what is free and says what is not', async () => {
  await using server = await startServer()
  const provider = await startProvider(server)
  await provider.create(SCHEMAS, widgetSchema('v1', {}, 'gadgets', 'Gadget'))
  await provider.create(EXPORTS, apiExport('both', [exported(), exported('v1', 'gadgets')]))
  const one = await server.workspace('one')
  await one.create(BINDINGS, binding('first'))
  const second = await one.create(BINDINGS, binding('second', 'root:provider', 'both'))
  assert.deepEqual(
    second.status?.boundResources?.map(({ resource }) => resource),
    ['gadgets'],
  )
  assert.equal(second.status?.phase, 'Binding')
})

test('after a restart everything is as it was', async () => {
  const store = await openStore({ engine: 'memory' })
  const kept = { ...store, [Symbol.asyncDispose]: async () => undefined }
  {
    await using server = await startServer({ store: kept })
    await startProvider(server)
    const one = await server.workspace('one')
    await one.create(BINDINGS, binding())
    await one.create(WIDGETS, widget('a'))
  }
  await using server = await startServer({ store })
  const one = server.client.inCluster('root:one')
  assert.equal((await one.get(WIDGETS, 'a', HERE)).spec?.size, 'large')
  assert.equal((await one.get(BINDINGS, 'widgets')).status?.phase, 'Bound')
})
