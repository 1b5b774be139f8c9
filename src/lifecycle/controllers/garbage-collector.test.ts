import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Client } from '../../client/index.ts'
import { startFeatures } from '../../controller/index.ts'
import { eventually, startServer, type TestServer } from '../../testing/index.ts'
import { feature } from '../index.ts'
import {
  ASLEEP,
  atRest,
  CLUSTER_ROLES,
  CONFIG_MAPS,
  createConfigMap,
  createDefinition,
  DEFINITIONS,
  gone,
  HOLD,
  look,
  NAMESPACES,
  ownedBy,
  release,
} from './test-objects.ts'

describe('garbage collection', () => {
  let server: TestServer
  let client: Client
  before(async () => {
    server = await startServer()
    client = await server.workspace('team')
  })
  after(() => server[Symbol.asyncDispose]())

  const remove = (name: string, propagationPolicy: 'Background' | 'Foreground' | 'Orphan') =>
    client.delete(CONFIG_MAPS, name, { namespace: 'default', propagationPolicy })

  test('dependents go after their owner, and theirs after them', async () => {
    const owner = await createConfigMap(client, 'bg-owner')
    const child = await createConfigMap(client, 'bg-child', { ownerReferences: [ownedBy(owner)] })
    await createConfigMap(client, 'bg-grandchild', { ownerReferences: [ownedBy(child)] })
    await createConfigMap(client, 'bg-other')
    await remove('bg-owner', 'Background')
    await eventually(gone(client, 'bg-grandchild'))
    await eventually(gone(client, 'bg-child'))
    assert.ok(await look(client, 'bg-other'))
    await eventually(atRest(client))
  })

  test('a dependent with another owner that lives loses only the reference to the one that went', async () => {
    const [one, other] = [await createConfigMap(client, 'two-one'), await createConfigMap(client, 'two-other')]
    await createConfigMap(client, 'two-child', { ownerReferences: [ownedBy(one), ownedBy(other)] })
    await remove('two-one', 'Background')
    await eventually(async () => {
      assert.deepEqual((await look(client, 'two-child'))?.metadata.ownerReferences, [ownedBy(other)])
    })
    await eventually(atRest(client))
  })

  test('an orphaning delete leaves the dependents, without the reference', async () => {
    const owner = await createConfigMap(client, 'orphan-owner')
    await createConfigMap(client, 'orphan-child', { ownerReferences: [ownedBy(owner)] })
    await remove('orphan-owner', 'Orphan')
    await eventually(gone(client, 'orphan-owner'))
    assert.equal((await look(client, 'orphan-child'))?.metadata.ownerReferences, undefined)
    await eventually(atRest(client))
  })

  test('a foreground delete keeps the owner until its blocking dependents are gone, and waits for no others', async () => {
    const owner = await createConfigMap(client, 'fg-owner')
    const blocking = ownedBy(owner, { blockOwnerDeletion: true })
    await createConfigMap(client, 'fg-blocking', { ownerReferences: [blocking], finalizers: [HOLD] })
    await createConfigMap(client, 'fg-other', { ownerReferences: [ownedBy(owner)], finalizers: [HOLD] })
    await remove('fg-owner', 'Foreground')
    await eventually(async () => assert.ok((await look(client, 'fg-blocking'))?.metadata.deletionTimestamp))
    await eventually(async () => assert.ok((await look(client, 'fg-other'))?.metadata.deletionTimestamp))
    assert.deepEqual((await look(client, 'fg-owner'))?.metadata.finalizers, ['foregroundDeletion'])
    await release(client, 'fg-blocking')
    await eventually(gone(client, 'fg-owner'))
    assert.ok(await look(client, 'fg-other'))
    await release(client, 'fg-other')
    await eventually(atRest(client))
  })

  test('a foreground delete goes down through the levels and comes back up', async () => {
    const top = await createConfigMap(client, 'deep-0')
    let owner = top
    for (let level = 1; level <= 4; level++) {
      const ownerReferences = [ownedBy(owner, { blockOwnerDeletion: true })]
      owner = await createConfigMap(client, `deep-${level}`, {
        ownerReferences,
        ...(level === 4 && { finalizers: [HOLD] }),
      })
    }
    await remove('deep-0', 'Foreground')
    await eventually(async () => assert.ok((await look(client, 'deep-4'))?.metadata.deletionTimestamp))
    for (let level = 0; level <= 3; level++) {
      assert.deepEqual((await look(client, `deep-${level}`))?.metadata.finalizers, ['foregroundDeletion'])
    }
    await release(client, 'deep-4')
    await eventually(gone(client, 'deep-0'))
    await eventually(atRest(client))
  })

  for (const policy of ['Background', 'Foreground'] as const) {
    for (const size of [1, 2, 3]) {
      test(`a circle of ${size} deleted in the ${policy.toLowerCase()} goes whole`, async () => {
        const name = (index: number) => `circle-${policy.toLowerCase()}-${size}-${index % size}`
        const all = []
        for (let index = 0; index < size; index++) all.push(await createConfigMap(client, name(index)))
        for (const [index, object] of all.entries()) {
          const ownerReferences = [ownedBy(object, { blockOwnerDeletion: true })]
          await client.patch(
            CONFIG_MAPS,
            name(index + 1),
            'merge',
            { metadata: { ownerReferences } },
            { namespace: 'default' },
          )
        }
        await remove(name(0), policy)
        for (let index = 0; index < size; index++) await eventually(gone(client, name(index)))
        await eventually(atRest(client))
      })
    }
  }

  test('an object whose owner never existed is deleted', async () => {
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'nobody', uid: '00000000-0000-4000-8000-000000000000' }
    await createConfigMap(client, 'foundling', { ownerReferences: [owner] })
    await eventually(gone(client, 'foundling'))
    await eventually(atRest(client))
  })

  test('an owner in another namespace does not exist for its dependent, but for those beside it', async () => {
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } })
    const owner = await createConfigMap(client, 'far-owner', { namespace: 'elsewhere' })
    await createConfigMap(client, 'near-child', { namespace: 'elsewhere', ownerReferences: [ownedBy(owner)] })
    await createConfigMap(client, 'far-child', { ownerReferences: [ownedBy(owner)] })
    await eventually(gone(client, 'far-child'))
    assert.ok(await look(client, 'near-child', CONFIG_MAPS, 'elsewhere'))
    await client.delete(CONFIG_MAPS, 'far-owner', { namespace: 'elsewhere' })
    await eventually(gone(client, 'near-child', CONFIG_MAPS, 'elsewhere'))
    await eventually(atRest(client))
  })

  test('a cluster-scoped object that names a namespaced owner is left alone, even when that owner goes', async () => {
    const owner = await createConfigMap(client, 'small-owner')
    const metadata = { name: 'large-child', ownerReferences: [ownedBy(owner)] }
    await client.create(CLUSTER_ROLES, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata,
      rules: [],
    })
    await createConfigMap(client, 'small-child', { ownerReferences: [ownedBy(owner)] })
    await remove('small-owner', 'Background')
    await eventually(gone(client, 'small-child'))
    assert.ok(await look(client, 'large-child', CLUSTER_ROLES))
    await client.delete(CLUSTER_ROLES, 'large-child')
  })

  test('dependents of custom resources go when the definition does', async () => {
    const widgets = await createDefinition(client, 'widgets')
    const metadata = { name: 'w', namespace: 'default' }
    const owner = await client.create(widgets, { apiVersion: 'example.com/v1', kind: 'Widget', metadata })
    await createConfigMap(client, 'widget-child', { ownerReferences: [ownedBy(owner)] })
    await client.delete(DEFINITIONS, 'widgets.example.com')
    await eventually(gone(client, 'widget-child'))
    await eventually(atRest(client))
  })

  test('more dependents than a page holds', async () => {
    const owner = await createConfigMap(client, 'popular')
    const ownerReferences = [ownedBy(owner, { blockOwnerDeletion: true })]
    await Promise.all(
      Array.from({ length: 600 }, (_, index) => createConfigMap(client, `fan-${index}`, { ownerReferences })),
    )
    await remove('popular', 'Foreground')
    await eventually(gone(client, 'popular'))
    const { items } = await client.list(CONFIG_MAPS, { namespace: 'default' })
    assert.deepEqual(
      items.filter(({ metadata }) => metadata.name?.startsWith('fan-')),
      [],
    )
    await eventually(atRest(client))
  })
})

test('what was left undone when the process ended is done after the next start', async () => {
  await using server = await startServer({ features: [ASLEEP] })
  const client = await server.workspace('team')
  const owner = await createConfigMap(client, 'owner')
  const blocked = await createConfigMap(client, 'blocked')
  await createConfigMap(client, 'child', { ownerReferences: [ownedBy(owner)] })
  await createConfigMap(client, 'blocking', { ownerReferences: [ownedBy(blocked, { blockOwnerDeletion: true })] })
  await client.delete(CONFIG_MAPS, 'owner', { namespace: 'default' })
  await client.delete(CONFIG_MAPS, 'blocked', { namespace: 'default', propagationPolicy: 'Foreground' })
  assert.ok(await look(client, 'child'))
  assert.ok(await look(client, 'blocked'))
  await using _controllers = startFeatures({ features: [feature], handler: server.handler })
  for (const name of ['child', 'blocked', 'blocking']) await eventually(gone(client, name))
  await eventually(atRest(client))
})

test('watches that break and requests that fail delay it, and lose nothing', async () => {
  await using server = await startServer({ log: { info() {}, error() {} } })
  const client = await server.workspace('team')
  const owner = await createConfigMap(client, 'owner')
  for (let index = 0; index < 20; index++) {
    await createConfigMap(client, `child-${index}`, { ownerReferences: [ownedBy(owner, { blockOwnerDeletion: true })] })
  }
  server.faults.failRequests(15, { match: ({ method }) => method === 'DELETE' || method === 'PATCH' })
  await assert.rejects(client.delete(CONFIG_MAPS, 'owner', { namespace: 'default', propagationPolicy: 'Foreground' }))
  await client
    .delete(CONFIG_MAPS, 'owner', { namespace: 'default', propagationPolicy: 'Foreground' })
    .catch(() => undefined)
  server.faults.dropWatches()
  await eventually(async () => {
    await client
      .delete(CONFIG_MAPS, 'owner', { namespace: 'default', propagationPolicy: 'Foreground' })
      .catch(() => undefined)
    assert.equal(await look(client, 'owner'), undefined)
  })
  await eventually(atRest(client))
})
