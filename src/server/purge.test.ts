import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Commit, openStore } from '../storage/index.ts'
import { eventually, resourceRef, startServer } from '../testing/index.ts'

const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const WORKSPACES = resourceRef('tenancy.kcp.io/v1alpha1', 'workspaces', { namespaced: false })
const COUNT = 400

test('a full workspace goes in steps, of which none is long', async () => {
  const store = await openStore({ engine: 'memory' })
  const taken: number[] = []
  const commit = async (wanted: Commit) => {
    for (const operation of wanted.operations) {
      if (operation.type === 'deletePrefix' && operation.prefix.startsWith('/core/configmaps/')) {
        taken.push(await store.count(operation.prefix))
      }
    }
    return store.commit(wanted)
  }
  await using server = await startServer({ store: { ...store, commit } })
  const client = await server.workspace('full')
  const create = (index: number) =>
    client.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `m${index}`, namespace: 'default' },
    })
  await Promise.all(Array.from({ length: COUNT }, (_, index) => create(index)))
  const rows = () => store.count('/core/configmaps/')
  const full = await rows()
  await server.client.delete(WORKSPACES, 'full')
  await eventually(async () => assert.ok((await rows()) <= full - COUNT))
  assert.deepEqual(taken, [100])
})
