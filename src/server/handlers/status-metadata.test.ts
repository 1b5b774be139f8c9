import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openStore } from '../../storage/index.ts'
import { startServer, type TestServer } from '../../testing/index.ts'
import { tryRequest } from '../try-request.ts'

const ROOT = '/clusters/root:status'
const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Cluster',
    names: { plural: 'things', kind: 'Thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object' } },
      },
    ],
  },
}

describe('a write of a status', () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ store: await openStore({ engine: 'memory' }), features: [] })
    await server.workspace('status')
  })
  after(() => server[Symbol.asyncDispose]())

  const labelsAfter = async (collection: string, object: { metadata: { name: string } }): Promise<unknown> => {
    const made = await tryRequest(server.handler, 'POST', `${ROOT}${collection}`, { body: object })
    assert.equal(made.status, 201, made.text)
    const url = `${ROOT}${collection}/${object.metadata.name}`
    const headers = { 'content-type': 'application/merge-patch+json' }
    const body = { metadata: { labels: { a: 'b' } } }
    const written = await tryRequest(server.handler, 'PATCH', `${url}/status`, { body, headers })
    assert.equal(written.status, 200, written.text)
    return ((await tryRequest(server.handler, 'GET', url)).json.metadata.labels as Record<string, string> | undefined)
      ?.a
  }

  test('of a definition and of a quota changes labels, too', async () => {
    assert.equal(await labelsAfter('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd), 'b')
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'one' } }
    assert.equal(await labelsAfter('/api/v1/namespaces/default/resourcequotas', quota), 'b')
  })

  test('of a custom resource changes none', async () => {
    const thing = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'one' } }
    assert.equal(await labelsAfter('/apis/example.com/v1/things', thing), undefined)
  })

  test('of a custom resource owns no metadata, although it is applied', async () => {
    const url = `${ROOT}/apis/example.com/v1/things/one/status?fieldManager=alice`
    const body = {
      apiVersion: 'example.com/v1',
      kind: 'Thing',
      metadata: { name: 'one', labels: { a: 'b' }, annotations: { c: 'd' } },
    }
    const headers = { 'content-type': 'application/apply-patch+yaml' }
    const { status, json } = await tryRequest(server.handler, 'PATCH', url, { body: JSON.stringify(body), headers })
    assert.equal(status, 200)
    assert.equal(JSON.stringify(json.metadata.managedFields ?? []).includes('f:metadata'), false)
  })

  test('tells a label that is wrong once less than a write of the whole', async () => {
    const url = `${ROOT}/api/v1/namespaces/default/resourcequotas/one`
    const headers = { 'content-type': 'application/merge-patch+json' }
    const causesAt = async (path: string): Promise<number | undefined> => {
      const body = { metadata: { labels: { 'a b': 'c' } } }
      const { failure } = await tryRequest(server.handler, 'PATCH', `${url}${path}`, { body, headers })
      return failure.details?.causes?.length
    }
    assert.deepEqual([await causesAt('/status'), await causesAt('')], [3, 4])
  })
})
