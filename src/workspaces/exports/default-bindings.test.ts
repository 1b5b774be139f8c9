import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isStatus, type KubeObject } from '../../machinery/index.ts'
import { type Client, eventually, resourceRef, startServer, type TestServer } from '../../testing/index.ts'
import { defaultBindingName } from './default-exports.ts'
import {
  ALICE,
  type APIBinding,
  type APIExport,
  allowAlice,
  apiExport,
  conditionOf,
  exported,
  startProvider,
  type Widget,
  widget,
  widgetSchema,
} from './test-objects.ts'

const WORKSPACES = resourceRef<Workspace>('tenancy.kcp.io/v1alpha1', 'workspaces', { namespaced: false })
const TYPES = resourceRef('tenancy.kcp.io/v1alpha1', 'workspacetypes', { namespaced: false })
const LOGICAL_CLUSTERS = resourceRef<Workspace>('core.kcp.io/v1alpha1', 'logicalclusters', { namespaced: false })
const EXPORTS = resourceRef<APIExport>('apis.kcp.io/v1alpha2', 'apiexports', { namespaced: false })
const SCHEMAS = resourceRef('apis.kcp.io/v1alpha1', 'apiresourceschemas', { namespaced: false })
const BINDINGS = resourceRef<APIBinding>('apis.kcp.io/v1alpha2', 'apibindings', { namespaced: false })
const WIDGETS = resourceRef<Widget>('example.com/v1', 'widgets', { namespaced: true })

interface Workspace extends KubeObject {
  spec: { cluster?: string; initializers?: string[] }
  status: {
    phase: string
    initializers?: string[]
    conditions: { type: string; status: string; reason?: string; message?: string }[]
  }
}

function workspaceType(name: string, spec: object): KubeObject {
  return {
    apiVersion: 'tenancy.kcp.io/v1alpha1',
    kind: 'WorkspaceType',
    metadata: { name },
    spec: { extend: { with: [{ name: 'universal', path: 'root' }] }, ...spec } as KubeObject['spec'],
  }
}

function workspace(name: string, type: string, path = 'root'): Workspace {
  const spec = { type: { name: type, path } }
  const object: KubeObject = { apiVersion: 'tenancy.kcp.io/v1alpha1', kind: 'Workspace', metadata: { name }, spec }
  return object as Workspace
}

const bindingsIn = async (client: Client): Promise<string[]> =>
  (await client.list(BINDINGS)).items.map(({ metadata }) => metadata.name ?? '')
const claimsOf = ({ spec }: APIBinding) => (spec as { permissionClaims?: object[] }).permissionClaims
const widgets = { path: 'root:provider', export: 'widgets' }

describe('the default bindings of a workspace type', () => {
  let server: TestServer
  let provider: Client
  before(async () => {
    server = await startServer()
    provider = await startProvider(server)
    await server.client.create(TYPES, workspaceType('with-widgets', { defaultAPIBindings: [widgets] }))
  })
  after(() => server[Symbol.asyncDispose]())

  test('are bound when the create of a workspace returns', async () => {
    const made = await server.client.create(WORKSPACES, workspace('bound', 'with-widgets'))
    assert.equal(made.status.phase, 'Ready')
    const inside = server.client.inCluster('root:bound')
    const [found] = (await inside.list(BINDINGS)).items
    const cluster = made.spec.cluster ?? ''
    assert.equal(found?.metadata.name, defaultBindingName(cluster, { path: 'root:provider', name: 'widgets' }))
    assert.match(found?.metadata.name ?? '', /^widgets-[0-9a-z]{5}$/)
    assert.equal(found?.status?.phase, 'Bound')
    const lock = (await inside.get(LOGICAL_CLUSTERS, 'cluster')).metadata.annotations
    assert.deepEqual(JSON.parse(lock?.['internal.apis.kcp.io/resource-bindings'] ?? ''), {
      'widgets.example.com': { n: found?.metadata.name },
    })
    await inside.create(WIDGETS, widget('first'))
    assert.equal((await inside.get(WIDGETS, 'first', { namespace: 'default' })).spec?.size, 'large')
  })

  test('go with their workspace', async () => {
    await server.client.create(WORKSPACES, workspace('going', 'with-widgets'))
    await server.client.inCluster('root:going').create(WIDGETS, widget('goes-too'))
    await server.client.delete(WORKSPACES, 'going')
    await eventually(async () => {
      const left = await server.client.list(WORKSPACES)
      assert.ok(!left.items.some(({ metadata }) => metadata.name === 'going'))
    })
  })

  test('are those of every type that it extends, each once; without a path of the type’s own workspace', async () => {
    await provider.create(SCHEMAS, widgetSchema('v1', {}, 'gears', 'Gear'))
    await provider.create(EXPORTS, apiExport('gears', [exported('v1', 'gears')]))
    await provider.create(
      TYPES,
      workspaceType('with-gears', {
        extend: { with: [{ name: 'with-widgets', path: 'root' }] },
        defaultAPIBindings: [{ export: 'gears' }, widgets],
      }),
    )
    const made = await server.client.create(WORKSPACES, workspace('extended', 'with-gears', 'root:provider'))
    assert.equal(made.status.phase, 'Ready')
    const names = await bindingsIn(server.client.inCluster('root:extended'))
    assert.deepEqual(
      names.map((name) => name.slice(0, -6)),
      ['gears', 'widgets'],
    )
  })

  test('accept what the export asks for, in its words', async () => {
    const claims = [
      { group: '', resource: 'configmaps', verbs: ['get'], defaultSelector: { matchLabels: { app: 'a' } } },
      { group: '', resource: 'secrets', verbs: ['*'] },
    ]
    const asking = apiExport('asking', [])
    await provider.create(EXPORTS, { ...asking, spec: { ...asking.spec, permissionClaims: claims } as never })
    await server.client.create(
      TYPES,
      workspaceType('claimed', { defaultAPIBindings: [{ path: 'root:provider', export: 'asking' }] }),
    )
    await server.client.create(WORKSPACES, workspace('claimed', 'claimed'))
    const [found] = (await server.client.inCluster('root:claimed').list(BINDINGS)).items
    const accepted = { group: '', identityHash: '', state: 'Accepted' }
    assert.deepEqual(found && claimsOf(found), [
      { ...accepted, resource: 'configmaps', verbs: ['get'], selector: { matchLabels: { app: 'a' } } },
      { ...accepted, resource: 'secrets', verbs: ['*'], selector: { matchAll: true } },
    ])
  })

  test('that cannot be bound yet keep a workspace Initializing until they can', async () => {
    await server.client.create(
      TYPES,
      workspaceType('early', { defaultAPIBindings: [{ path: 'root:provider', export: 'later' }] }),
    )
    const made = await server.client.create(WORKSPACES, workspace('early', 'early'))
    assert.equal(made.status.phase, 'Initializing')
    assert.deepEqual(made.status.initializers, ['system:apibindings'])
    const { reason, message } = conditionOf(made, 'APIBindingsInitialized') ?? {}
    assert.equal(reason, 'APIBindingErrors')
    assert.match(message ?? '', /unable to find at least 1 APIExport/)
    await provider.create(SCHEMAS, widgetSchema('v1', {}, 'laters', 'Later'))
    await provider.create(EXPORTS, apiExport('later', [exported('v1', 'laters')]))
    await eventually(async () => {
      const now = await server.client.get(WORKSPACES, 'early')
      assert.equal(now.status.phase, 'Ready')
      assert.equal(conditionOf(now, 'APIBindingsInitialized')?.status, 'True')
    })
    assert.equal((await bindingsIn(server.client.inCluster('root:early'))).length, 1)
  })

  test('of one name bind what comes first, and say what they wait for', async () => {
    await startProvider(server, 'other-provider')
    const others = { path: 'root:other-provider', export: 'widgets' }
    await server.client.create(TYPES, workspaceType('twice', { defaultAPIBindings: [widgets, others] }))
    const made = await server.client.create(WORKSPACES, workspace('twice', 'twice'))
    assert.equal(made.status.phase, 'Initializing')
    assert.equal(conditionOf(made, 'APIBindingsInitialized')?.reason, 'WaitingOnAPIBindings')
    const { items } = await server.client.inCluster('root:twice').list(BINDINGS)
    assert.deepEqual(items.map(({ status }) => status?.phase).sort(), ['Binding', 'Bound'])
  })

  test('are added only by whoever may bind their exports, with one answer for whatever is in the way', async () => {
    const team = await server.workspace('team')
    await allowAlice(team, 'types', [
      { apiGroups: ['tenancy.kcp.io'], resources: ['workspacetypes'], verbs: ['create', 'update', 'patch'] },
    ])
    const alice = server.as(ALICE).inCluster('root:team')
    const refused = (path: string) => (error: unknown) => {
      assert.ok(isStatus(error, 'Forbidden'), String(error))
      const why = `unable to create or update WorkspaceType: no permission to bind to export ${path}:widgets`
      assert.ok(error.message.endsWith(why), error.message)
      return true
    }
    for (const path of ['root:provider', 'root:nowhere']) {
      const asked = workspaceType('sly', { defaultAPIBindings: [{ path, export: 'widgets' }] })
      await assert.rejects(alice.create(TYPES, asked), refused(path))
    }
    await allowAlice(provider, 'bind', [
      { apiGroups: ['apis.kcp.io'], resources: ['apiexports'], resourceNames: ['widgets'], verbs: ['bind'] },
    ])
    await alice.create(TYPES, workspaceType('fair', { defaultAPIBindings: [widgets] }))
  })
})

describe('default bindings that are maintained', () => {
  let server: TestServer
  let provider: Client
  let inside: Client
  before(async () => {
    server = await startServer()
    provider = await startProvider(server)
    await provider.create(
      TYPES,
      workspaceType('kept', { defaultAPIBindings: [{ export: 'widgets' }], defaultAPIBindingLifecycle: 'Maintain' }),
    )
    const made = await server.client.create(WORKSPACES, workspace('kept', 'kept', 'root:provider'))
    assert.equal(conditionOf(made, 'APIBindingsReconciled')?.status, 'True')
    inside = server.client.inCluster('root:kept')
  })
  after(() => server[Symbol.asyncDispose]())

  test('come back when they are deleted', async () => {
    const [before] = (await inside.list(BINDINGS)).items
    await inside.delete(BINDINGS, before?.metadata.name ?? '')
    await eventually(async () => {
      const [now] = (await inside.list(BINDINGS)).items
      assert.equal(now?.metadata.name, before?.metadata.name)
      assert.notEqual(now?.metadata.uid, before?.metadata.uid)
      assert.equal(now?.status?.phase, 'Bound')
    })
  })

  test('follow what their export asks for, and take no other word', async () => {
    const claims = [{ group: '', resource: 'configmaps', verbs: ['get'] }]
    const accepted = { ...claims[0], identityHash: '', selector: { matchAll: true }, state: 'Accepted' }
    await provider.patch(EXPORTS, 'widgets', 'merge', { spec: { permissionClaims: claims } })
    await eventually(async () => {
      const [now] = (await inside.list(BINDINGS)).items
      assert.deepEqual(now && claimsOf(now), [accepted])
    })
    const [name = ''] = await bindingsIn(inside)
    const answered = await inside.patch(BINDINGS, name, 'merge', { spec: { permissionClaims: [] } })
    assert.deepEqual(claimsOf(answered), [accepted])
  })

  test('are added to workspaces that are there when their type changes', async () => {
    await provider.create(SCHEMAS, widgetSchema('v1', {}, 'gears', 'Gear'))
    await provider.create(EXPORTS, apiExport('gears', [exported('v1', 'gears')]))
    await provider.patch(TYPES, 'kept', 'merge', {
      spec: { defaultAPIBindings: [{ export: 'widgets' }, { export: 'gears' }] },
    })
    await eventually(async () => {
      const { items } = await inside.list(BINDINGS)
      assert.deepEqual(
        items.map(({ status }) => status?.phase),
        ['Bound', 'Bound'],
      )
    })
  })
})
