import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Client, eventually, resourceRef, startServer, type TestServer } from '../../testing/index.ts'
import { type AskedReview, type Said, startWebhook, type TestWebhook } from '../admission/test-webhook.ts'
import { tryRequest } from '../try-request.ts'

const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const WORKSPACES = resourceRef('tenancy.kcp.io/v1alpha1', 'workspaces', { namespaced: false })

interface Thing {
  apiVersion: string
  metadata: object
  spec: { size?: number; dimensions?: { size: number } }
}

/** `v1` has `spec.size`, `v2` has `spec.dimensions.size`. */
function convert({ request }: AskedReview): Said {
  const { objects, desiredAPIVersion } = request as unknown as { objects: Thing[]; desiredAPIVersion: string }
  const convertedObjects = objects.map((object) => {
    const size = object.spec.size ?? object.spec.dimensions?.size
    const spec = desiredAPIVersion.endsWith('v2') ? { dimensions: { size } } : { size }
    return { ...object, apiVersion: desiredAPIVersion, spec }
  })
  return { response: { convertedObjects, result: { status: 'Success' } } }
}

const SIZE = { type: 'integer' }
const versionOf = (name: string, storage: boolean, spec: object) => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: spec } } } },
})

describe('conversion by webhook', () => {
  let server: TestServer
  let client: Client
  let webhook: TestWebhook
  let said: (review: AskedReview) => Said = convert
  before(async () => {
    server = await startServer()
    client = await server.workspace('versions')
    webhook = await startWebhook((review) => said(review))
    await client.create(CRDS, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
        conversion: {
          strategy: 'Webhook',
          webhook: {
            clientConfig: { url: webhook.url('/convert'), caBundle: webhook.caBundle },
            conversionReviewVersions: ['v1'],
          },
        },
        versions: [
          versionOf('v1', true, { size: SIZE }),
          versionOf('v2', false, { dimensions: { type: 'object', properties: { size: SIZE } } }),
        ],
      },
    })
  })
  after(async () => {
    await webhook[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  const url = (version: string, name = '') => `/clusters/root:versions/apis/example.com/${version}/things${name}`
  const specOf = async (version: string, name: string) =>
    (await tryRequest(server.handler, 'GET', url(version, `/${name}`))).json.spec
  const create = (version: string, name: string, spec: object) =>
    tryRequest(server.handler, 'POST', url(version), {
      body: { apiVersion: `example.com/${version}`, kind: 'Thing', metadata: { name }, spec },
    })

  test('what is written in one version is read in the other', async () => {
    assert.deepEqual((await create('v2', 'two', { dimensions: { size: 2 } })).json.spec, { dimensions: { size: 2 } })
    assert.deepEqual(await specOf('v1', 'two'), { size: 2 })
    assert.deepEqual((await create('v1', 'one', { size: 1 })).json.spec, { size: 1 })
    assert.deepEqual(await specOf('v2', 'one'), { dimensions: { size: 1 } })
  })

  test('a list is converted by one call, and what has been converted is kept', async () => {
    for (const name of ['a', 'b', 'c']) await create('v1', name, { size: 3 })
    const before = webhook.asked.length
    const { json } = await tryRequest(server.handler, 'GET', url('v2'))
    const items = json.items as Thing[]
    assert.ok(items.every(({ apiVersion, spec }) => apiVersion === 'example.com/v2' && spec.dimensions !== undefined))
    assert.equal(webhook.asked.length, before + 1)
    await tryRequest(server.handler, 'GET', url('v2'))
    await tryRequest(server.handler, 'GET', url('v2', '/a'))
    assert.equal(webhook.asked.length, before + 1)
    await tryRequest(server.handler, 'GET', url('v1'))
    assert.equal(webhook.asked.length, before + 1)
  })

  test('a write that changes nothing brings an object into a new storage version', async () => {
    await create('v1', 'old', { size: 7 })
    await client.patch(CRDS, 'things.example.com', 'json', [
      { op: 'replace', path: '/spec/versions/0/storage', value: false },
      { op: 'replace', path: '/spec/versions/1/storage', value: true },
    ])
    const read = async () => (await tryRequest(server.handler, 'GET', url('v2', '/old'))).json
    const before = await read()
    const put = await tryRequest(server.handler, 'PUT', url('v2', '/old'), { body: before })
    assert.notEqual(put.json.metadata.resourceVersion, before.metadata.resourceVersion)
    const again = await tryRequest(server.handler, 'PUT', url('v2', '/old'), { body: put.json })
    assert.equal(again.json.metadata.resourceVersion, put.json.metadata.resourceVersion)
    const { status } = await client.get(CRDS, 'things.example.com')
    assert.deepEqual((status as { storedVersions: string[] }).storedVersions, ['v1', 'v2'])
  })

  test('a conversion that fails is told, and does not keep a workspace from going', async () => {
    said = () => ({ response: { result: { status: 'Failure', message: 'not today' } } })
    const failed = await create('v1', 'none', { size: 1 })
    assert.equal(failed.status, 500)
    assert.equal(failed.failure.message, 'conversion webhook for example.com/v1, Kind=Thing failed: not today')
    said = () => 'hang'
    await server.client.delete(WORKSPACES, 'versions')
    await eventually(async () => {
      const { items } = await server.client.list(WORKSPACES)
      assert.ok(!items.some(({ metadata }) => metadata.name === 'versions'))
    })
  })
})
