import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, resourceRef, startServer } from '../../testing/index.ts'

const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })

test('/metrics counts the events that watchers are sent, and what controllers queue', async () => {
  await using server = await startServer()
  const { client } = server
  const user = { username: 'shard-admin', groups: ['system:masters', 'system:authenticated'] }
  const stop = new AbortController()
  const request = { headers: {}, user, body: async () => Buffer.alloc(0), signal: stop.signal, method: 'GET' }
  const metrics = async (): Promise<string> => {
    const { body } = await server.handler({ ...request, url: '/clusters/root/metrics' })
    return Buffer.concat(body as Buffer[]).toString()
  }
  const url =
    '/clusters/root/api/v1/namespaces/default/configmaps?watch=true&resourceVersion=0&sendInitialEvents=false&resourceVersionMatch=NotOlderThan'
  const watch = await server.handler({ ...request, url })
  assert.equal(watch.status, 200)
  for (const name of ['one', 'two']) {
    await client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } })
  }
  await eventually(async () =>
    assert.match(await metrics(), /^apiserver_watch_events_total\{group="",version="v1",resource="configmaps"\} 2$/m),
  )
  assert.match(await metrics(), /^workqueue_depth\{name="[a-z-]+"\} \d+$/m)
  stop.abort()
})
