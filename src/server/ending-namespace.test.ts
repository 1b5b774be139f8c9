/** A namespace that ends, as its objects' clients see it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../machinery/index.ts'
import { eventually, startServer } from '../testing/index.ts'
import { tryRequest } from './try-request.ts'

const MERGE = { 'content-type': 'application/merge-patch+json' }
const map = (name: string, more: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more })

test('nothing new is born into a namespace that ends, and its name can be used again', async () => {
  await using server = await startServer()
  const send = (method: string, url: string, body?: unknown, headers = {}) =>
    tryRequest(server.handler, method, `/clusters/root/api/v1/namespaces${url}`, {
      ...(body !== undefined && { body }),
      headers,
    })
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ending' } }
  assert.deepEqual((await send('POST', '', namespace)).json.status, { phase: 'Active' })
  const held = map('held', { metadata: { name: 'held', finalizers: ['example.com/hold'] } })
  await send('POST', '/ending/configmaps', held)
  const ending = await send('DELETE', '/ending')
  assert.equal((ending.json.status as { phase: string }).phase, 'Terminating')
  const refused = await send('POST', '/ending/configmaps', map('late'))
  assert.equal(refused.status, 403)
  assert.match(
    refused.failure.message,
    /unable to create new content in namespace ending because it is being terminated$/,
  )
  assert.deepEqual(refused.failure.details?.causes, [
    { reason: 'NamespaceTerminating', message: 'namespace ending is being terminated', field: 'metadata.namespace' },
  ])
  assert.equal((await send('POST', '', namespace)).status, 409)
  assert.equal((await send('PATCH', '/ending/configmaps/held', { data: { a: 'b' } }, MERGE)).status, 200)
  await send('PATCH', '/ending/configmaps/held', { metadata: { finalizers: null } }, MERGE)
  await eventually(async () => assert.equal((await send('GET', '/ending')).status, 404))
  assert.equal((await send('GET', '/ending/configmaps/kube-root-ca.crt')).status, 404)
  assert.equal((await send('POST', '/ending/configmaps', map('orphan'))).status, 404)
  assert.equal((await send('POST', '', namespace)).status, 201)
  const { items } = (await send('GET', '/ending/configmaps')).json as unknown as { items: KubeObject[] }
  assert.deepEqual(
    items.map(({ metadata }) => metadata.name),
    ['kube-root-ca.crt'],
  )
})
