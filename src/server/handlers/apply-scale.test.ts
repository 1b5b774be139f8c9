import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../../machinery/index.ts'
import { type Client, resourceRef, startServer } from '../../testing/index.ts'

const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const THINGS = resourceRef('example.com/v1', 'things', { namespaced: true })
const WHERE = { namespace: 'default' }
const numbers = { type: 'object', properties: { size: { type: 'integer' }, replicas: { type: 'integer' } } }
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: numbers, status: numbers } } },
        subresources: { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
      },
    ],
  },
}

async function withThing(client: Client, spec: object): Promise<void> {
  await client.create(CRDS, definition as KubeObject)
  const thing = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'one', namespace: 'default' }, spec }
  await client.create(THINGS, thing as KubeObject, { fieldManager: 'creator' })
}

/** Who owns what: `manager/operation/apiVersion/subresource`, and the fields. */
async function ownersOf(client: Client): Promise<Record<string, unknown>[]> {
  const { metadata } = await client.get(THINGS, 'one', WHERE)
  const entries = (metadata.managedFields ?? []) as { manager: string; subresource?: string; fieldsV1: unknown }[]
  return entries.map(({ manager, subresource = '', fieldsV1 }) => ({ [`${manager}/${subresource}`]: fieldsV1 }))
}

const scale = (replicas: number) => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: { name: 'one' },
  spec: { replicas },
})
const REPLICAS = { 'f:spec': { 'f:replicas': {} } }
const SIZE = { 'f:spec': { '.': {}, 'f:size': {} } }

test('to apply the value that is there is to own it with the others, as kube-apiserver answers', async () => {
  await using server = await startServer()
  const client = await server.workspace('scales')
  await withThing(client, { size: 1, replicas: 1 })
  const options = { ...WHERE, subresource: 'scale', fieldManager: 'bob' }
  await assert.rejects(client.patch(THINGS, 'one', 'apply', scale(4), options), {
    message: 'Apply failed with 1 conflict: conflict with "creator" using autoscaling/v1: .spec.replicas',
  })
  const answered = (await client.patch(THINGS, 'one', 'apply', scale(1), options)) as KubeObject & { spec: object }
  assert.deepEqual([answered.kind, answered.spec], ['Scale', { replicas: 1 }])
  // Upstream splits the entry whose field was the scale's, too.
  assert.deepEqual(await ownersOf(client), [{ 'bob/scale': REPLICAS }, { 'creator/': REPLICAS }, { 'creator/': SIZE }])
})

test('by force an apply of scale takes the number of replicas, and its manager changes it later', async () => {
  await using server = await startServer()
  const client = await server.workspace('scales')
  await withThing(client, { size: 1, replicas: 1 })
  const options = { ...WHERE, subresource: 'scale', fieldManager: 'bob' }
  await client.patch(THINGS, 'one', 'apply', scale(4), { ...options, force: true })
  assert.deepEqual(await ownersOf(client), [{ 'bob/scale': REPLICAS }, { 'creator/': SIZE }])
  await client.patch(THINGS, 'one', 'apply', scale(5), options)
  const thing = (await client.get(THINGS, 'one', WHERE)) as KubeObject & { spec: object }
  assert.deepEqual(thing.spec, { size: 1, replicas: 5 })
  const config = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'one' }, spec: { replicas: 9 } }
  await assert.rejects(client.patch(THINGS, 'one', 'apply', config, { ...WHERE, fieldManager: 'alice' }), {
    message: 'Apply failed with 1 conflict: conflict with "bob" with subresource "scale": .spec.replicas',
  })
})

test('what is no Scale, or none of this object, is not applied', async () => {
  await using server = await startServer()
  const client = await server.workspace('scales')
  await withThing(client, { size: 1, replicas: 1 })
  const options = { ...WHERE, subresource: 'scale', fieldManager: 'bob' }
  const thing = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'one' }, spec: { replicas: 4 } }
  await assert.rejects(client.patch(THINGS, 'one', 'apply', thing, options), {
    message: 'invalid object type: example.com/v1, Kind=Thing',
  })
  await assert.rejects(client.patch(THINGS, 'none', 'apply', { ...scale(4), metadata: { name: 'none' } }, options), {
    message: 'things.example.com "none" not found',
  })
  const more = { ...scale(4), spec: { replicas: 4, more: 1 } }
  await assert.rejects(
    client.patch(THINGS, 'one', 'apply', more, options),
    /failed to create typed patch object \(.*\/one; autoscaling\/v1, Kind=Scale\): \.spec\.more: field not declared/,
  )
})
