import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resourceRef, startServer } from '../testing/index.ts'

const apiVersion = 'example.com/v1'
const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const WIDGETS = resourceRef(apiVersion, 'widgets', { namespaced: false })

test('objects from before a field became selectable are selected by it as the others', async () => {
  await using server = await startServer({ features: [] })
  const client = await server.workspace('fields')
  const schema = { type: 'object', properties: { spec: { type: 'object', properties: { color: { type: 'string' } } } } }
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }
  await client.create(CRDS, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { plural: 'widgets', kind: 'Widget', singular: 'widget', listKind: 'WidgetList' },
      versions: [version],
    },
  })
  const create = (name: string, color: string) =>
    client.create(WIDGETS, { apiVersion, kind: 'Widget', metadata: { name }, spec: { color } })
  await create('old-blue', 'blue')
  await create('old-red', 'red')
  const selectableFields = [{ jsonPath: '.spec.color' }]
  await client.patch(CRDS, 'widgets.example.com', 'merge', { spec: { versions: [{ ...version, selectableFields }] } })
  await create('new-blue', 'blue')
  await create('new-red', 'red')
  const { items } = await client.list(WIDGETS, { fieldSelector: 'spec.color=blue' })
  assert.deepEqual(
    items.map(({ metadata }) => metadata.name),
    ['new-blue', 'old-blue'],
  )
})
