import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '../../client/index.ts'
import { type ConditionLike, findCondition, startFeatures, virtualClock } from '../../controller/index.ts'
import { eventually, startServer, type TestServer } from '../../testing/index.ts'
import { feature } from '../index.ts'
import { DELETIONS } from '../object-reference.ts'
import { LOGICAL_CLUSTERS, WORKSPACES } from './tenancy.ts'
import {
  ASLEEP,
  atRest,
  CONFIG_MAPS,
  createConfigMap,
  createDefinition,
  gone,
  HOLD,
  look,
  ownedBy,
  release,
} from './test-objects.ts'

const createWorkspace = (client: Client, name: string) =>
  client.create(WORKSPACES, { apiVersion: 'tenancy.kcp.io/v1alpha1', kind: 'Workspace', metadata: { name } })

describe('deletion of a workspace', () => {
  let server: TestServer
  before(async () => {
    server = await startServer()
  })
  after(() => server[Symbol.asyncDispose]())

  const content = async (name: string): Promise<ConditionLike | undefined> => {
    const { conditions = [] } = (await server.client.get(WORKSPACES, name)).status ?? {}
    return findCondition(conditions, 'WorkspaceContentDeleted')
  }

  test('it goes with everything in it, and a workspace of the same name starts empty', async () => {
    const client = await server.workspace('full')
    await createDefinition(client, 'widgets')
    await createConfigMap(client, 'c')
    await server.client.delete(WORKSPACES, 'full')
    await eventually(gone(server.client, 'full', WORKSPACES))
    const again = await server.workspace('full')
    assert.equal(await look(again, 'c'), undefined)
    await eventually(atRest(server.client))
  })

  test('child workspaces go first, however deep', async () => {
    const client = await server.workspace('tree')
    let parent = client
    for (const name of ['a', 'b', 'c']) {
      await createWorkspace(parent, name)
      await createWorkspace(parent, `${name}-sibling`)
      parent = client.inCluster(`${parent.prefix.replace('/clusters/', '')}:${name}`)
    }
    await createConfigMap(parent, 'leaf', { finalizers: [HOLD] })
    await server.client.delete(WORKSPACES, 'tree')
    await eventually(async () => assert.ok((await look(parent, 'leaf'))?.metadata.deletionTimestamp))
    assert.ok((await server.client.get(WORKSPACES, 'tree')).metadata.deletionTimestamp)
    await release(parent, 'leaf')
    await eventually(gone(server.client, 'tree', WORKSPACES))
    await eventually(atRest(server.client))
  })

  test('objects with finalizers are deleted and waited for, and the workspace tells which', async () => {
    const client = await server.workspace('held')
    await createConfigMap(client, 'kept', { finalizers: [HOLD] })
    await server.client.delete(WORKSPACES, 'held')
    const condition = await eventually(async () => {
      const found = await content('held')
      assert.ok(found)
      return found
    })
    const message =
      'Some resources are remaining: configmaps. has 1 resource instances; ' +
      `Some content in the logical cluster has finalizers remaining: ${HOLD} in 1 resource instances`
    assert.deepEqual([condition.status, condition.reason, condition.message], ['False', 'SomeResourcesRemain', message])
    assert.equal((await server.client.get(WORKSPACES, 'held')).status?.phase, 'Deleting')
    assert.equal((await client.get(LOGICAL_CLUSTERS, 'cluster')).status?.phase, 'Deleting')
    await release(client, 'kept')
    await eventually(gone(server.client, 'held', WORKSPACES))
    await eventually(atRest(server.client))
  })

  test('a workspace that others hold keeps its logical cluster until they let go', async () => {
    const client = await server.workspace('watched')
    await server.client.patch(WORKSPACES, 'watched', 'json', [
      { op: 'add', path: '/metadata/finalizers/-', value: HOLD },
    ])
    await server.client.delete(WORKSPACES, 'watched')
    await eventually(async () => assert.equal((await server.client.list(DELETIONS)).items.length, 1))
    await createConfigMap(client, 'still-works')
    assert.equal((await client.get(LOGICAL_CLUSTERS, 'cluster')).metadata.deletionTimestamp, undefined)
    const { finalizers = [] } = (await server.client.get(WORKSPACES, 'watched')).metadata
    await server.client.patch(WORKSPACES, 'watched', 'merge', {
      metadata: { finalizers: finalizers.filter((each) => each !== HOLD) },
    })
    await eventually(gone(server.client, 'watched', WORKSPACES))
    await eventually(atRest(server.client))
  })

  test('many at once', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `many-${index}`)
    await Promise.all(names.map((name) => server.workspace(name)))
    await Promise.all(names.map((name) => server.client.delete(WORKSPACES, name)))
    await eventually(atRest(server.client))
    const { items } = await server.client.list(WORKSPACES)
    assert.deepEqual(
      items.filter(({ metadata }) => metadata.name?.startsWith('many-')),
      [],
    )
  })
})

test('what was left undone when the process ended is done after the next start', async () => {
  await using server = await startServer({ features: [ASLEEP] })
  const client = await server.workspace('team')
  await createWorkspace(client, 'child')
  await server.client.delete(WORKSPACES, 'team')
  assert.ok((await server.client.get(WORKSPACES, 'team')).metadata.deletionTimestamp)
  await using _controllers = startFeatures({ features: [feature], handler: server.handler })
  await eventually(gone(server.client, 'team', WORKSPACES))
  await eventually(atRest(server.client))
})

/** A number, once it has been the same for a while. */
async function unchanging(read: () => number): Promise<number> {
  let last = read()
  for (let same = 0; same < 40; same++) {
    await delay(5)
    if (read() !== last) same = 0
    last = read()
  }
  return last
}

test('at rest no timer exists because a workspace does', async () => {
  const clock = virtualClock()
  await using server = await startServer({ clock })
  const scheduled = async () => {
    await clock.advance(0)
    await eventually(atRest(server.client))
    // Looks that were planned at what has gone since find nothing, once; and all watches have ended, and begin anew.
    await clock.advance(20 * 60_000)
    return await unchanging(clock.pending)
  }
  await createWorkspace(server.client, 'first')
  const before = await scheduled()
  for (let index = 0; index < 20; index++) {
    const client = await server.workspace(`team-${index}`)
    const owner = await createConfigMap(client, 'owner')
    await createConfigMap(client, 'child', { ownerReferences: [ownedBy(owner)] })
    if (index % 2 === 0) await client.delete(CONFIG_MAPS, 'owner', { namespace: 'default' })
    if (index % 4 === 0) await server.client.delete(WORKSPACES, `team-${index}`)
  }
  // A watch may tell of the last deletions only now, and have them looked at once.
  await eventually(async () => assert.equal(await scheduled(), before))
})
