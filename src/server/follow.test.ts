import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { KubeObject } from '../machinery/index.ts'
import { openStore } from '../storage/index.ts'
import { startServer, type TestServer } from '../testing/index.ts'
import { tryRequest } from './try-request.ts'

const CRDS = '/clusters/root:follow/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

function crd(plural: string, description = ''): object {
  const schema = { openAPIV3Schema: { type: 'object', description } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { plural, kind: `K${plural}` },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  }
}

describe('what the server makes of an object that is written', () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ store: await openStore({ engine: 'memory' }), features: [] })
    await server.workspace('follow')
  })
  after(() => server[Symbol.asyncDispose]())

  const send = async (method: string, url: string, body?: unknown): Promise<KubeObject & Status> => {
    const { status, json, text } = await tryRequest(server.handler, method, url, body === undefined ? {} : { body })
    assert.ok(status < 300, text)
    return json as unknown as KubeObject & Status
  }
  interface Status {
    readonly status: { readonly conditions: readonly { readonly type: string }[] | null }
  }
  const typesOf = ({ status }: Status): string[] | undefined => status.conditions?.map(({ type }) => type)

  test('is not in the answer, and there when it comes', async () => {
    const answered = await send('POST', CRDS, crd('widgets'))
    assert.equal(typesOf(answered), undefined)
    const read = await send('GET', `${CRDS}/widgets.example.com`)
    assert.deepEqual(typesOf(read), ['NamesAccepted', 'Established'])
    assert.ok(Number(read.metadata.resourceVersion) > Number(answered.metadata.resourceVersion))
    await send('GET', '/clusters/root:follow/apis/example.com/v1/widgets')
  })

  test('is owned by kube-apiserver, through the subresource', async () => {
    await send('POST', CRDS, crd('gadgets'))
    const { metadata } = await send('GET', `${CRDS}/gadgets.example.com`)
    const managers = metadata.managedFields as unknown as readonly { manager: string; subresource?: string }[]
    assert.deepEqual(
      managers.map(({ manager, subresource }) => [manager, subresource]),
      [
        ['kube-apiserver', 'status'],
        ['unknown', undefined],
      ],
    )
  })

  test('is a change of its own to whoever watches from the answer on', async () => {
    const answered = await send('POST', CRDS, crd('gizmos'))
    const { resourceVersion = '' } = answered.metadata
    const watch = await tryRequest(
      server.handler,
      'GET',
      `${CRDS}?watch=true&timeoutSeconds=1&resourceVersion=${resourceVersion}`,
    )
    const [first] = watch.text.split('\n').map((line) => JSON.parse(line || '{}'))
    assert.equal(first.type, 'MODIFIED')
    assert.deepEqual(typesOf(first.object), ['NamesAccepted', 'Established'])
  })

  test('is not carried out in a dry run', async () => {
    await send('POST', `${CRDS}?dryRun=All`, crd('nothings'))
    const { status } = await tryRequest(server.handler, 'GET', `${CRDS}/nothings.example.com`)
    assert.equal(status, 404)
  })

  test('is all that is seen of an object that a commit does not hold twice', async () => {
    const answered = await send('POST', CRDS, crd('giants', 'x'.repeat(1_200_000)))
    assert.equal(typesOf(answered), undefined)
    const read = await send('GET', `${CRDS}/giants.example.com`)
    assert.deepEqual(typesOf(read), ['NamesAccepted', 'Established'])
    assert.equal(read.metadata.resourceVersion, answered.metadata.resourceVersion)
  })
})
