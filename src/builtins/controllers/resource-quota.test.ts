import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Client, resourceRef } from '../../client/index.ts'
import { type KubeObject, StatusError } from '../../machinery/index.ts'
import { eventually, startServer, type TestServer } from '../../testing/index.ts'

const QUOTAS = resourceRef<Quota>('v1', 'resourcequotas', { namespaced: true })
const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const SECRETS = resourceRef('v1', 'secrets', { namespaced: true })
const NAMESPACES = resourceRef('v1', 'namespaces', { namespaced: false })
const DEFINITIONS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const WIDGETS = resourceRef('example.com/v1', 'widgets', { namespaced: true })

interface Quota extends KubeObject {
  status?: { hard?: Record<string, string>; used?: Record<string, string> }
}

describe('a ResourceQuota', () => {
  let server: TestServer
  let client: Client
  before(async () => {
    server = await startServer()
    client = await server.workspace('team')
  })
  after(() => server[Symbol.asyncDispose]())

  const namespace = async (name: string) => {
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    return name
  }
  const create = (within: string, name: string, kind = 'ConfigMap') =>
    client.create(kind === 'Secret' ? SECRETS : CONFIG_MAPS, {
      apiVersion: 'v1',
      kind,
      metadata: { name, namespace: within },
    })
  const limit = (within: string, name: string, hard: Record<string, string>, more: object = {}) =>
    client.create(QUOTAS, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name, namespace: within },
      spec: { hard, ...more },
    })
  const usedOf = async (within: string, name: string) =>
    (await client.get(QUOTAS, name, { namespace: within })).status?.used
  /** Until the controller has counted what was there. */
  const counted = (within: string, name: string, used: Record<string, string>) =>
    eventually(async () => assert.deepEqual(await usedOf(within, name), used))
  const refusal = async (attempt: Promise<unknown>): Promise<string> => {
    const error = await attempt.then(
      () => assert.fail('not refused'),
      (reason: unknown) => reason,
    )
    assert.ok(error instanceof StatusError, String(error))
    assert.equal(error.status.code, 403)
    return error.status.message ?? ''
  }

  test('counts what is there already, the certificates of the namespace with it', async () => {
    const within = await namespace('existing')
    for (const name of ['a', 'b']) await create(within, name)
    await limit(within, 'q', { 'count/configmaps': '10', configmaps: '5', 'count/serviceaccounts': '3', pods: '4' })
    await counted(within, 'q', { 'count/configmaps': '3', configmaps: '3', 'count/serviceaccounts': '1', pods: '0' })
    assert.deepEqual((await client.get(QUOTAS, 'q', { namespace: within })).status?.hard, {
      'count/configmaps': '10',
      configmaps: '5',
      'count/serviceaccounts': '3',
      pods: '4',
    })
  })

  test('refuses what is one too many, tells at once what is used, and gives back what is deleted', async () => {
    const within = await namespace('full')
    await limit(within, 'q', { 'count/secrets': '2' })
    await counted(within, 'q', { 'count/secrets': '0' })
    await create(within, 'a', 'Secret')
    assert.deepEqual(await usedOf(within, 'q'), { 'count/secrets': '1' })
    await create(within, 'b', 'Secret')
    assert.equal(
      await refusal(create(within, 'c', 'Secret')),
      'secrets "c" is forbidden: exceeded quota: q, requested: count/secrets=1, used: count/secrets=2, limited: count/secrets=2',
    )
    await client.delete(SECRETS, 'a', { namespace: within })
    assert.deepEqual(await usedOf(within, 'q'), { 'count/secrets': '1' })
    await create(within, 'c', 'Secret')
    await client.deleteCollection(SECRETS, { namespace: within })
    assert.deepEqual(await usedOf(within, 'q'), { 'count/secrets': '0' })
  })

  test('a create that fails, is dry or is of something else uses nothing', async () => {
    const within = await namespace('failures')
    await limit(within, 'q', { 'count/secrets': '3' })
    await counted(within, 'q', { 'count/secrets': '0' })
    await create(within, 'a', 'Secret')
    await assert.rejects(create(within, 'a', 'Secret'), /already exists/)
    await client.create(
      SECRETS,
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'dry', namespace: within } },
      { dryRun: true },
    )
    await create(within, 'a')
    assert.deepEqual(await usedOf(within, 'q'), { 'count/secrets': '1' })
  })

  test('is never oversold, however many come at once', async () => {
    const within = await namespace('rush')
    await limit(within, 'q', { 'count/secrets': '10' })
    await counted(within, 'q', { 'count/secrets': '0' })
    const attempts = await Promise.allSettled(
      Array.from({ length: 32 }, (_, index) => create(within, `s-${index}`, 'Secret')),
    )
    assert.equal(attempts.filter(({ status }) => status === 'fulfilled').length, 10)
    assert.equal((await client.list(SECRETS, { namespace: within })).items.length, 10)
    assert.deepEqual(await usedOf(within, 'q'), { 'count/secrets': '10' })
    await Promise.all(
      (await client.list(SECRETS, { namespace: within })).items.map(({ metadata }) =>
        client.delete(SECRETS, metadata.name ?? '', { namespace: within }),
      ),
    )
    assert.deepEqual(await usedOf(within, 'q'), { 'count/secrets': '0' })
  })

  test('counts right when it comes to be while others write', async () => {
    const within = await namespace('meanwhile')
    for (let index = 0; index < 20; index++) await create(within, `old-${index}`, 'Secret')
    const writes = Array.from({ length: 40 }, (_, index) =>
      index % 2 === 0
        ? create(within, `new-${index}`, 'Secret')
        : client.delete(SECRETS, `old-${(index - 1) / 2}`, { namespace: within }),
    )
    await limit(within, 'q', { 'count/secrets': '100' })
    await Promise.all(writes)
    await counted(within, 'q', { 'count/secrets': '20' })
    await create(within, 'last', 'Secret')
    assert.deepEqual(await usedOf(within, 'q'), { 'count/secrets': '21' })
  })

  test('counts custom resources, several quotas and other quotas', async () => {
    const within = await namespace('custom')
    const schema = { openAPIV3Schema: { type: 'object' } }
    await client.create(DEFINITIONS, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    })
    const widget = (name: string) =>
      client.create(WIDGETS, { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name, namespace: within } })
    await limit(within, 'wide', { 'count/widgets.example.com': '5', resourcequotas: '2' })
    await limit(within, 'narrow', { 'count/widgets.example.com': '1' })
    await counted(within, 'wide', { 'count/widgets.example.com': '0', resourcequotas: '2' })
    await counted(within, 'narrow', { 'count/widgets.example.com': '0' })
    await widget('a')
    assert.match(await refusal(widget('b')), /exceeded quota: narrow, requested: count\/widgets.example.com=1/)
    assert.deepEqual(await usedOf(within, 'wide'), { 'count/widgets.example.com': '1', resourcequotas: '2' })
    assert.match(await refusal(limit(within, 'third', { pods: '1' })), /exceeded quota: wide/)
    await client.delete(QUOTAS, 'narrow', { namespace: within })
    await widget('b')
    assert.deepEqual(await usedOf(within, 'wide'), { 'count/widgets.example.com': '2', resourcequotas: '1' })
  })

  test('what is changed of it counts anew, and so does what somebody else has written', async () => {
    const within = await namespace('changed')
    await create(within, 'a', 'Secret')
    await limit(within, 'q', { 'count/secrets': '1' })
    await counted(within, 'q', { 'count/secrets': '1' })
    await client.patch(
      QUOTAS,
      'q',
      'merge',
      { spec: { hard: { 'count/secrets': '2', 'count/leases.coordination.k8s.io': '1' } } },
      { namespace: within },
    )
    await counted(within, 'q', { 'count/secrets': '1', 'count/leases.coordination.k8s.io': '0' })
    await create(within, 'b', 'Secret')
    const status = { status: { used: { 'count/secrets': '0' } } }
    await client.patch(QUOTAS, 'q', 'merge', status, { namespace: within, subresource: 'status' })
    await counted(within, 'q', { 'count/secrets': '2', 'count/leases.coordination.k8s.io': '0' })
  })

  test('with a scope it is for Pods alone', async () => {
    const within = await namespace('scoped')
    await create(within, 'a', 'Secret')
    await limit(within, 'q', { 'count/secrets': '0' }, { scopes: ['NotTerminating'] })
    await counted(within, 'q', { 'count/secrets': '0' })
    await create(within, 'b', 'Secret')
    assert.deepEqual(await usedOf(within, 'q'), { 'count/secrets': '0' })
  })

  test('a namespace with one goes like any other', async () => {
    const within = await namespace('leaving')
    await limit(within, 'q', { 'count/secrets': '50' })
    await counted(within, 'q', { 'count/secrets': '0' })
    await Promise.all(Array.from({ length: 20 }, (_, index) => create(within, `s-${index}`, 'Secret')))
    await client.delete(NAMESPACES, within)
    await eventually(async () => {
      const { items } = await client.list(NAMESPACES)
      assert.ok(!items.some(({ metadata }) => metadata.name === within))
    })
  })
})
