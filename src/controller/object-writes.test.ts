import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Client, resourceRef } from '../client/index.ts'
import { isStatus, type KubeObject } from '../machinery/index.ts'
import { startServer, type TestServer } from '../testing/index.ts'
import { apply } from './apply.ts'
import { addFinalizer, removeFinalizer } from './finalizer.ts'
import { LEASES, runLeaderElection } from './lease.ts'
import { patchStatus } from './status.ts'

interface ConfigMap extends KubeObject {
  data?: Record<string, string>
}

const CONFIG_MAPS = resourceRef<ConfigMap>('v1', 'configmaps', { namespaced: true })
const NAMESPACES = resourceRef('v1', 'namespaces', { namespaced: false })
const AT = { namespace: 'default' }
const FINALIZER = 'example.com/cleanup'

const configMap = (name: string, data: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...AT },
  data,
})

describe('what controllers write', () => {
  let server: TestServer
  let client: Client
  before(async () => {
    server = await startServer()
    client = await server.workspace('team')
  })
  after(() => server[Symbol.asyncDispose]())

  test('apply creates what is missing, changes what differs, and writes nothing otherwise', async () => {
    const created = await apply(client, CONFIG_MAPS, configMap('applied', { tier: 'web', size: '1' }))
    const again = await apply(client, CONFIG_MAPS, configMap('applied', { tier: 'web' }))
    const changed = await apply(client, CONFIG_MAPS, configMap('applied', { tier: 'db' }))
    assert.deepEqual([created.change, again.change, changed.change], ['created', 'unchanged', 'updated'])
    assert.equal(again.object.metadata.resourceVersion, created.object.metadata.resourceVersion)
    assert.deepEqual(changed.object.data, { tier: 'db', size: '1' })
  })

  test('applying at the same time creates once', async () => {
    const results = await Promise.all([1, 2, 3].map(() => apply(client, CONFIG_MAPS, configMap('raced', { a: 'b' }))))
    assert.equal(results.filter(({ change }) => change === 'created').length, 1)
  })

  for (const there of [false, true]) {
    test(`what is not accepted is left alone, also when it ${there ? 'becomes so' : 'comes'} after the look`, async () => {
      const theirs = { ...configMap(`theirs-${there}`, { tier: 'db' }) }
      const { name = '' } = theirs.metadata
      if (there) await client.create(CONFIG_MAPS, configMap(name, { tier: 'ours' }))
      server.faults.interrupt(
        () => apply(client, CONFIG_MAPS, theirs),
        ({ method, url }) => method === 'GET' && url.endsWith(`/configmaps/${name}`),
      )
      const accept = ({ data }: ConfigMap) => assert.notEqual(data?.tier, 'db', 'it is not ours')
      await assert.rejects(apply(client, CONFIG_MAPS, configMap(name, { size: '1' }), { accept }), /it is not ours/)
      assert.deepEqual((await client.get(CONFIG_MAPS, name, AT)).data, { tier: 'db' })
    })
  }

  test('a finalizer is added once, keeps the object, and lets it go when it is taken off', async () => {
    const object = await client.create(CONFIG_MAPS, configMap('finalized', {}))
    const first = await addFinalizer(client, CONFIG_MAPS, object, FINALIZER)
    const both = await addFinalizer(client, CONFIG_MAPS, first, 'example.com/other')
    assert.deepEqual(both.metadata.finalizers, [FINALIZER, 'example.com/other'])
    assert.equal(await addFinalizer(client, CONFIG_MAPS, both, FINALIZER), both)
    await client.delete(CONFIG_MAPS, 'finalized', AT)
    await removeFinalizer(client, CONFIG_MAPS, both, FINALIZER)
    const left = await client.get(CONFIG_MAPS, 'finalized', AT)
    assert.deepEqual(left.metadata.finalizers, ['example.com/other'])
    await removeFinalizer(client, CONFIG_MAPS, left, 'example.com/other')
    await assert.rejects(client.get(CONFIG_MAPS, 'finalized', AT), (error) => isStatus(error, 'NotFound'))
    await removeFinalizer(client, CONFIG_MAPS, left, 'example.com/other')
  })

  test('a finalizer is not added to an object that has changed since it was read', async () => {
    const object = await client.create(CONFIG_MAPS, configMap('changed', {}))
    await apply(client, CONFIG_MAPS, configMap('changed', { newer: 'yes' }))
    await assert.rejects(addFinalizer(client, CONFIG_MAPS, object, FINALIZER), (error) => isStatus(error, 'Conflict'))
    assert.equal((await client.get(CONFIG_MAPS, 'changed', AT)).metadata.finalizers, undefined)
  })

  test('a finalizer is not taken off another one that has its place by now', async () => {
    const metadata = { name: 'moved', ...AT, finalizers: [FINALIZER, 'example.com/other'] }
    const object = await client.create(CONFIG_MAPS, { ...configMap('moved', {}), metadata })
    await client.patch(CONFIG_MAPS, 'moved', 'merge', { metadata: { finalizers: ['example.com/other'] } }, AT)
    await removeFinalizer(client, CONFIG_MAPS, object, FINALIZER)
    assert.deepEqual((await client.get(CONFIG_MAPS, 'moved', AT)).metadata.finalizers, ['example.com/other'])
  })

  test('a finalizer is taken off wherever it stands by now, and of no namesake', async () => {
    const metadata = { name: 'shifted', ...AT, finalizers: ['example.com/other', FINALIZER] }
    const object = await client.create(CONFIG_MAPS, { ...configMap('shifted', {}), metadata })
    await removeFinalizer(client, CONFIG_MAPS, object, 'example.com/other')
    await removeFinalizer(client, CONFIG_MAPS, object, FINALIZER)
    assert.equal((await client.get(CONFIG_MAPS, 'shifted', AT)).metadata.finalizers, undefined)
    await client.delete(CONFIG_MAPS, 'shifted', AT)
    const namesake = { ...configMap('shifted', {}), metadata: { ...metadata, finalizers: [FINALIZER] } }
    await client.create(CONFIG_MAPS, namesake)
    await removeFinalizer(client, CONFIG_MAPS, object, FINALIZER)
    assert.deepEqual((await client.get(CONFIG_MAPS, 'shifted', AT)).metadata.finalizers, [FINALIZER])
  })

  test('a status is written only when it differs, and only over what was read', async () => {
    const metadata = { name: 'judged' }
    const namespace = await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata })
    assert.equal(await patchStatus(client, NAMESPACES, namespace, { phase: 'Active' }), namespace)
    const conditions = [{ type: 'NamespaceContentRemaining', status: 'False', reason: 'None', message: '' }]
    const written = await patchStatus(client, NAMESPACES, namespace, { phase: 'Active', conditions })
    assert.equal((written.status as { conditions: unknown[] }).conditions.length, 1)
    await assert.rejects(patchStatus(client, NAMESPACES, namespace, { phase: 'Active', conditions: [] }), (error) =>
      isStatus(error, 'Conflict'),
    )
  })

  test('a lease is taken, held and given up on a real server', async () => {
    const stop = new AbortController()
    const { promise: leads, resolve } = Promise.withResolvers<void>()
    const done = runLeaderElection({
      client,
      ...AT,
      name: 'elected',
      identity: 'a',
      retryPeriod: 5,
      signal: stop.signal,
      async lead(signal) {
        resolve()
        await new Promise((ended) => signal.addEventListener('abort', ended))
      },
    })
    await leads
    assert.equal((await client.get(LEASES, 'elected', AT)).spec.holderIdentity, 'a')
    stop.abort()
    await done
    const { holderIdentity = '', leaseDurationSeconds } = (await client.get(LEASES, 'elected', AT)).spec
    assert.deepEqual([holderIdentity, leaseDurationSeconds], ['', 1])
  })
})
