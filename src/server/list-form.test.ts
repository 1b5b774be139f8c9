import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../machinery/index.ts'
import { resourceRef, startServer } from '../testing/index.ts'

const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
    versions: [version],
  },
}
const BUILT_IN = '/api/v1/namespaces'
const CUSTOM = '/apis/example.com/v1/namespaces/default/things'

/** Each was sent to kube-apiserver, and this is what it answered. */
const CASES: readonly [method: string, path: string, as: string, status: number, message: string | undefined][] = [
  ['GET', BUILT_IN, 'PartialObjectMetadataList', 200, undefined],
  [
    'GET',
    BUILT_IN,
    'PartialObjectMetadata',
    406,
    'you requested PartialObjectMetadata, but the requested object is a list (*core.NamespaceList)',
  ],
  ['GET', `${BUILT_IN}/default`, 'PartialObjectMetadata', 200, undefined],
  [
    'GET',
    `${BUILT_IN}/default`,
    'PartialObjectMetadataList',
    406,
    'you requested PartialObjectMetadataList, but the requested object is not a list (*core.Namespace)',
  ],
  [
    'GET',
    CUSTOM,
    'PartialObjectMetadata',
    406,
    'you requested PartialObjectMetadata, but the requested object is a list (*unstructured.UnstructuredList)',
  ],
  ['GET', `${CUSTOM}/none`, 'PartialObjectMetadataList', 404, 'things.example.com "none" not found'],
  ['PUT', CUSTOM, '', 400, 'name must be provided'],
  ['PATCH', CUSTOM, '', 400, 'name must be provided'],
]

test('a list is asked for as a list, and one object as one', async () => {
  await using server = await startServer()
  await server.client.create(CRDS, definition as KubeObject)
  const user = { username: 'shard-admin', groups: ['system:masters', 'system:authenticated'] }
  for (const [method, path, as, status, message] of CASES) {
    const headers = as === '' ? {} : { accept: `application/json;as=${as};g=meta.k8s.io;v=v1` }
    const signal = new AbortController().signal
    const url = `/clusters/root${path}`
    const answer = await server.handler({ method, url, headers, user, signal, body: async () => Buffer.alloc(0) })
    const object = JSON.parse(Buffer.concat(answer.body as Buffer[]).toString())
    assert.deepEqual([answer.status, object.message], [status, message], `${method} ${path} as ${as}`)
  }
})
