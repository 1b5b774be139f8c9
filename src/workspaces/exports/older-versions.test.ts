import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { isStatus, type KubeObject } from '../../machinery/index.ts'
import { type Client, eventually, resourceRef, startServer, type TestServer } from '../../testing/index.ts'
import { apiBindingV1alpha1, apiExportV1alpha1 } from './older-versions.ts'
import { type APIBinding, type APIExport, apiExport, startProvider, widgetSchema } from './test-objects.ts'

const SCHEMAS = resourceRef('apis.kcp.io/v1alpha1', 'apiresourceschemas', { namespaced: false })
const OLDER_EXPORTS = resourceRef('apis.kcp.io/v1alpha1', 'apiexports', { namespaced: false })
const EXPORTS = resourceRef<APIExport>('apis.kcp.io/v1alpha2', 'apiexports', { namespaced: false })
const OLDER_BINDINGS = resourceRef<APIBinding>('apis.kcp.io/v1alpha1', 'apibindings', { namespaced: false })
const BINDINGS = resourceRef<APIBinding>('apis.kcp.io/v1alpha2', 'apibindings', { namespaced: false })

describe('v1alpha1', () => {
  let server: TestServer
  let provider: Client
  before(async () => {
    server = await startServer()
    provider = await startProvider(server)
  })
  after(() => server[Symbol.asyncDispose]())

  test('of an export names schemas, and makes the same export', async () => {
    await provider.create(SCHEMAS, widgetSchema('v1', {}, 'gadgets', 'Gadget'))
    const created = await provider.create(OLDER_EXPORTS, {
      apiVersion: 'apis.kcp.io/v1alpha1',
      kind: 'APIExport',
      metadata: { name: 'older' },
      spec: {
        latestResourceSchemas: ['v1.gadgets.example.com'],
        permissionClaims: [{ resource: 'secrets', all: true }],
      },
    })
    assert.equal(created.apiVersion, 'apis.kcp.io/v1alpha1')
    const found = await provider.get(EXPORTS, 'older')
    assert.match(found.status?.identityHash ?? '', /^[0-9a-f]{64}$/)
    assert.deepEqual(found.spec.resources, [
      { name: 'gadgets', group: 'example.com', schema: 'v1.gadgets.example.com', storage: { crd: {} } },
    ])
    assert.deepEqual((found.spec as { permissionClaims?: object[] }).permissionClaims, [
      { group: '', resource: 'secrets', identityHash: '', verbs: ['*'] },
    ])
    const spec = (await provider.get(OLDER_EXPORTS, 'widgets')).spec as Record<string, unknown>
    assert.deepEqual(spec.latestResourceSchemas, ['v1.widgets.example.com'])
  })

  test('of an export keeps the verbs of its claims through an update', async () => {
    const claim = { group: '', resource: 'configmaps', identityHash: '', verbs: ['get', 'list'] }
    const spec = { resources: [], permissionClaims: [claim] }
    await provider.create(EXPORTS, { ...apiExport('verbs'), spec })
    const older = await provider.get(OLDER_EXPORTS, 'verbs')
    const updated = { ...older, metadata: { ...older.metadata, labels: { a: 'b' } } }
    await provider.update(OLDER_EXPORTS, updated)
    const { permissionClaims } = (await provider.get(EXPORTS, 'verbs')).spec as { permissionClaims?: object[] }
    assert.deepEqual(permissionClaims, [claim])
    const annotations = { 'apis.v1alpha2.kcp.io/permission-claims': '{' }
    const broken = provider.patch(OLDER_EXPORTS, 'verbs', 'merge', { metadata: { annotations } })
    await assert.rejects(
      broken,
      (error) => isStatus(error, 'Forbidden') && /JSON list of permission claims/.test(error.message),
    )
  })

  /** The requests of `kubectl kcp bind apiexport root:provider:widgets --accept-all-permission-claims`. */
  test('kubectl kcp bind: discovery, the export, a binding, and waiting for it to be Bound', async () => {
    const consumer = await server.workspace('consumer')
    const groups = (await consumer.raw('GET', '/apis/apis.kcp.io')) as { preferredVersion: { version: string } }
    assert.equal(groups.preferredVersion.version, 'v1alpha2')
    const { spec = {} } = await consumer.inCluster('root:provider').get(OLDER_EXPORTS, 'widgets')
    const { permissionClaims = [] } = spec as { permissionClaims?: object[] }
    const made = await consumer.create(BINDINGS, {
      apiVersion: 'apis.kcp.io/v1alpha2',
      kind: 'APIBinding',
      metadata: { name: 'widgets' },
      spec: {
        reference: { export: { path: 'root:provider', name: 'widgets' } },
        ...{ permissionClaims: permissionClaims.map((claim) => ({ ...claim, state: 'Accepted' })) },
      },
    })
    await eventually(async () =>
      assert.equal((await consumer.get(BINDINGS, made.metadata.name ?? '')).status?.phase, 'Bound'),
    )
    const older = await consumer.get(OLDER_BINDINGS, 'widgets')
    assert.equal(older.status?.phase, 'Bound')
    await consumer.delete(OLDER_BINDINGS, 'widgets')
    await eventually(async () => assert.deepEqual((await consumer.list(BINDINGS)).items, []))
  })

  test('of a binding binds, too', async () => {
    const consumer = await server.workspace('older-consumer')
    const made = await consumer.create(OLDER_BINDINGS, {
      apiVersion: 'apis.kcp.io/v1alpha1',
      kind: 'APIBinding',
      metadata: { name: 'widgets' },
      spec: { reference: { export: { path: 'root:provider', name: 'widgets' } } },
    })
    assert.equal(made.status?.phase, 'Bound')
    assert.deepEqual((await consumer.get(BINDINGS, 'widgets')).metadata.finalizers, [
      'apis.kcp.io/apibinding-finalizer',
    ])
  })
})

const PLAIN = { noNullPrototype: true } as const

describe('conversion there and back loses nothing', () => {
  const name = fc.constantFrom('secrets', 'configmaps', 'things')
  const group = fc.constantFrom('', 'example.com')
  const unique = { selector: (claim: { resource: string; group: string }) => `${claim.resource}.${claim.group}` }
  const shared = { resource: name, group, identityHash: fc.constantFrom('', 'abc') }
  const verbs = fc.constantFrom(['*'], ['get'], ['get', 'list'])
  const state = fc.constantFrom('Accepted', 'Rejected')
  const selector = fc.constantFrom({ matchAll: true }, { matchLabels: { a: 'b' } })
  const newer = fc.uniqueArray(fc.record({ ...shared, verbs, state, selector }, PLAIN), unique)
  const older = fc.uniqueArray(
    fc.oneof(
      fc.record({ ...shared, state, all: fc.constant(true) }, PLAIN),
      fc.record({ ...shared, state, resourceSelector: fc.constantFrom([{ name: 'x' }], [{ namespace: 'y' }]) }, PLAIN),
    ),
    unique,
  )
  const object = (apiVersion: string, spec: object): KubeObject => ({
    apiVersion: `apis.kcp.io/${apiVersion}`,
    kind: 'APIBinding',
    metadata: { name: 'a', annotations: { kept: 'yes' } },
    spec: { ...spec },
  })

  test('from v1alpha2', () => {
    const { toStored, fromStored } = apiBindingV1alpha1.storedForm ?? assert.fail()
    fc.assert(
      fc.property(newer, (permissionClaims) => {
        const given = object('v1alpha2', { permissionClaims })
        assert.deepEqual(toStored(fromStored(given)), given)
      }),
    )
  })

  test('from v1alpha1', () => {
    const { toStored, fromStored } = apiBindingV1alpha1.storedForm ?? assert.fail()
    fc.assert(
      fc.property(older, (permissionClaims) => {
        const given = object('v1alpha1', { permissionClaims })
        assert.deepEqual(fromStored(toStored(given)), given)
      }),
    )
  })

  test('of the schemas of an export', () => {
    const { toStored, fromStored } = apiExportV1alpha1.storedForm ?? assert.fail()
    const given = object('v1alpha1', { latestResourceSchemas: ['v1.widgets.example.com', 'today.services.core'] })
    assert.deepEqual(fromStored(toStored(given)), given)
  })
})
