import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Client, ResourceRef } from '../../client/index.ts'
import { type ConditionLike, findCondition } from '../../controller/index.ts'
import type { ObjectMeta } from '../../machinery/index.ts'
import { eventually, startServer, type TestServer } from '../../testing/index.ts'
import { atRest, createDefinition, DEFINITIONS, gone, HOLD, look, NAMESPACES } from './test-objects.ts'

describe('deletion of a custom resource definition', () => {
  let server: TestServer
  let client: Client
  before(async () => {
    server = await startServer()
    client = await server.workspace('team')
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'second' } })
  })
  after(() => server[Symbol.asyncDispose]())

  const create = (resource: ResourceRef, kind: string, metadata: ObjectMeta) =>
    client.create(resource, { apiVersion: 'example.com/v1', kind, metadata })
  const terminating = async (name: string) => {
    const definition = await look(client, name, DEFINITIONS)
    const { conditions = [] } = (definition?.status ?? {}) as { conditions?: ConditionLike[] }
    return findCondition(conditions, 'Terminating')
  }

  test('its objects go first, in all namespaces, and do not come back with it', async () => {
    const widgets = await createDefinition(client, 'widgets')
    for (const namespace of ['default', 'second']) await create(widgets, 'Widget', { name: 'w', namespace })
    await client.delete(DEFINITIONS, 'widgets.example.com')
    await eventually(gone(client, 'widgets.example.com', DEFINITIONS))
    await eventually(atRest(client))
    await createDefinition(client, 'widgets')
    await eventually(async () => assert.deepEqual((await client.list(widgets)).items, []))
  })

  test('a cluster-scoped resource goes as well', async () => {
    const planets = await createDefinition(client, 'planets', { namespaced: false })
    await create(planets, 'Planet', { name: 'p' })
    await client.delete(DEFINITIONS, 'planets.example.com')
    await eventually(gone(client, 'planets.example.com', DEFINITIONS))
    await eventually(atRest(client))
  })

  test('an object with a finalizer keeps it, Terminating, until the object is released', async () => {
    const gadgets = await createDefinition(client, 'gadgets')
    await create(gadgets, 'Gadget', { name: 'held', namespace: 'default', finalizers: [HOLD] })
    await create(gadgets, 'Gadget', { name: 'free', namespace: 'default' })
    await client.delete(DEFINITIONS, 'gadgets.example.com')
    await eventually(gone(client, 'free', gadgets))
    const { status, reason, message } = (await terminating('gadgets.example.com')) ?? {}
    assert.deepEqual(
      [status, reason, message],
      ['True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress'],
    )
    await client.patch(gadgets, 'held', 'merge', { metadata: { finalizers: null } }, { namespace: 'default' })
    await eventually(gone(client, 'gadgets.example.com', DEFINITIONS))
    await eventually(atRest(client))
  })

  test('one that another finalizer keeps says that its objects are gone', async () => {
    const things = await createDefinition(client, 'things', { finalizers: [HOLD] })
    await create(things, 'Thing', { name: 't', namespace: 'default' })
    await client.delete(DEFINITIONS, 'things.example.com')
    await eventually(async () => {
      const { status, reason } = (await terminating('things.example.com')) ?? {}
      assert.deepEqual([status, reason], ['False', 'InstanceDeletionCompleted'])
      assert.deepEqual((await look(client, 'things.example.com', DEFINITIONS))?.metadata.finalizers, [HOLD])
    })
    await client.patch(DEFINITIONS, 'things.example.com', 'merge', { metadata: { finalizers: null } })
    await eventually(gone(client, 'things.example.com', DEFINITIONS))
    await eventually(atRest(client))
  })
})
