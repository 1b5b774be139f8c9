import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Client, resourceRef } from '../../client/index.ts'
import type { KubeObject } from '../../machinery/index.ts'
import { eventually, startServer, type TestServer } from '../../testing/index.ts'
import { atRest, CONFIG_MAPS, createConfigMap, gone, HOLD, look, NAMESPACES } from './test-objects.ts'

const SECRETS = resourceRef('v1', 'secrets', { namespaced: true })

describe('deletion of a namespace', () => {
  let server: TestServer
  let client: Client
  before(async () => {
    server = await startServer()
    client = await server.workspace('team')
  })
  after(() => server[Symbol.asyncDispose]())

  const create = (name: string) =>
    client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

  test('an empty namespace goes', async () => {
    await create('empty')
    await client.delete(NAMESPACES, 'empty')
    await eventually(gone(client, 'empty', NAMESPACES))
    await eventually(atRest(client))
  })

  test('its content goes with it, of all resources, and nothing else', async () => {
    await create('full')
    for (let index = 0; index < 30; index++) await createConfigMap(client, `c-${index}`, { namespace: 'full' })
    await client.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'full' } })
    await createConfigMap(client, 'beside')
    await client.delete(NAMESPACES, 'full')
    await eventually(gone(client, 'full', NAMESPACES))
    assert.equal(
      (await client.list(SECRETS)).items.some(({ metadata }) => metadata.namespace === 'full'),
      false,
    )
    assert.ok(await look(client, 'beside'))
    await create('full')
    assert.deepEqual((await client.list(SECRETS, { namespace: 'full' })).items, [])
    await client.delete(NAMESPACES, 'full')
    await eventually(gone(client, 'full', NAMESPACES))
  })

  test('more objects than a page holds, some of which a finalizer keeps', async () => {
    await create('large')
    const make = (index: number) =>
      createConfigMap(client, `c-${index}`, { namespace: 'large', ...(index % 2 === 0 && { finalizers: [HOLD] }) })
    await Promise.all(Array.from({ length: 800 }, (_, index) => make(index)))
    await client.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'large' } })
    await client.delete(NAMESPACES, 'large')
    await eventually(
      async () => {
        assert.equal(
          messages(await look(client, 'large', NAMESPACES)).NamespaceFinalizersRemaining,
          `Some content in the namespace has finalizers remaining: ${HOLD} in 400 resource instances`,
        )
      },
      { timeout: 120_000 },
    )
    const { items } = await client.list(CONFIG_MAPS, { namespace: 'large' })
    const held = items.filter(({ metadata }) => metadata.finalizers?.includes(HOLD))
    assert.equal(held.length, 400)
    await Promise.all(
      held.map(({ metadata: { name = '' } }) =>
        client.patch(CONFIG_MAPS, name, 'merge', { metadata: { finalizers: null } }, { namespace: 'large' }),
      ),
    )
    await eventually(gone(client, 'large', NAMESPACES))
    await eventually(atRest(client))
  })

  test('while finalizers keep objects the namespace tells which, in upstream words', async () => {
    await create('held')
    await createConfigMap(client, 'kept', { namespace: 'held', finalizers: [HOLD] })
    await createConfigMap(client, 'not-kept', { namespace: 'held' })
    await client.delete(NAMESPACES, 'held')
    const namespace = await eventually(async () => {
      const found = await look(client, 'held', NAMESPACES)
      assert.ok(messages(found).NamespaceContentRemaining)
      return found
    })
    assert.deepEqual(messages(namespace), {
      NamespaceDeletionDiscoveryFailure: 'All resources successfully discovered',
      NamespaceDeletionGroupVersionParsingFailure: 'All legacy kube types successfully parsed',
      NamespaceDeletionContentFailure: 'All content successfully deleted, may be waiting on finalization',
      NamespaceContentRemaining: 'Some resources are remaining: configmaps. has 1 resource instances',
      NamespaceFinalizersRemaining: `Some content in the namespace has finalizers remaining: ${HOLD} in 1 resource instances`,
    })
    const managers = namespace?.metadata.managedFields?.map((entry) => (entry as { manager: string }).manager)
    assert.ok(managers?.includes('kube-controller-manager'))
    assert.deepEqual(
      conditionsOf(namespace).map(({ status }) => status),
      ['False', 'False', 'False', 'True', 'True'],
    )
    assert.equal((namespace?.status as { phase?: string } | undefined)?.phase, 'Terminating')
    await client.patch(CONFIG_MAPS, 'kept', 'merge', { metadata: { finalizers: null } }, { namespace: 'held' })
    await eventually(gone(client, 'held', NAMESPACES))
    await eventually(atRest(client))
  })

  test('a finalizer of its own keeps a namespace whose content is gone, and the conditions say so', async () => {
    await client.create(NAMESPACES, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'own', finalizers: [HOLD] },
    })
    await createConfigMap(client, 'c', { namespace: 'own' })
    await client.delete(NAMESPACES, 'own')
    await eventually(gone(client, 'c', CONFIG_MAPS, 'own'))
    await eventually(async () => {
      const namespace = await look(client, 'own', NAMESPACES)
      const { finalizers = [] } = (namespace?.spec ?? {}) as { finalizers?: string[] }
      assert.deepEqual(finalizers, [])
      assert.equal(messages(namespace).NamespaceContentRemaining, 'All content successfully removed')
    })
    await client.patch(NAMESPACES, 'own', 'merge', { metadata: { finalizers: null } })
    await eventually(gone(client, 'own', NAMESPACES))
    await eventually(atRest(client))
  })
})

interface NamespaceCondition {
  type: string
  status: string
  message: string
}

function conditionsOf(namespace: KubeObject | undefined): NamespaceCondition[] {
  return (namespace?.status as { conditions?: NamespaceCondition[] } | undefined)?.conditions ?? []
}

function messages(namespace: KubeObject | undefined): Record<string, string> {
  return Object.fromEntries(conditionsOf(namespace).map(({ type, message }) => [type, message]))
}
