import assert from 'node:assert/strict'
import { test } from 'node:test'
import { definitionsFromCRD } from '../apiextensions/definitions-from-crd.ts'
import type { ResourceDefinition } from '../definition.ts'
import { tableOf } from './table.ts'

const NOW = Date.parse('2026-01-02T00:00:00Z')

function widgets(columns: readonly Record<string, unknown>[]): ResourceDefinition {
  const names = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' }
  const version = { name: 'v1', served: true, storage: true, additionalPrinterColumns: columns }
  const [definition] = definitionsFromCRD({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: { group: 'example.com', scope: 'Namespaced', names, versions: [version] },
    status: { acceptedNames: names, conditions: [{ type: 'Established', status: 'True' }] },
  })
  assert.ok(definition)
  return definition
}

const WIDGET = {
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name: 'a', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: {
    size: 3.9,
    color: 'red',
    ready: true,
    none: null,
    tags: ['x', 'y<'],
    labels: { app: 'web' },
    since: '2026-01-01T23:59:00Z',
    wrong: 'not a date',
    empty: '',
    large: 1234567.5,
  },
}

const CELLS: readonly (readonly [string, string, unknown])[] = [
  ['string', '.spec.color', 'red'],
  ['string', '.spec.size', '3.9'],
  ['string', '.spec.ready', 'true'],
  ['string', '.spec.tags', '["x","y\\u003c"]'],
  ['string', '.spec.labels', '{"app":"web"}'],
  ['string', '.spec.tags[1]', 'y<'],
  ['string', '.spec.none', '<no value>'],
  ['string', '.spec.large', '1.2345675e+06'],
  ['string', '.spec.absent', null],
  ['integer', '.spec.size', 3],
  ['integer', '.spec.color', null],
  ['number', '.spec.size', 3.9],
  ['boolean', '.spec.ready', true],
  ['boolean', '.spec.color', null],
  ['date', '.spec.since', '60s'],
  ['date', '.spec.wrong', '<invalid>'],
  ['date', '.spec.empty', '<unknown>'],
  ['date', '.spec.absent', null],
  ['date', '.spec.ready', null],
]

for (const [type, jsonPath, cell] of CELLS) {
  test(`a column of type ${type} at ${jsonPath} shows ${JSON.stringify(cell)}`, () => {
    const table = tableOf(widgets([{ name: 'C', type, jsonPath }]), [WIDGET], {
      includeObject: 'None',
      now: NOW,
      metadata: {},
    })
    assert.deepEqual(table.rows, [{ cells: ['a', cell], object: null }])
  })
}

test('a custom resource without columns of its own shows its age', () => {
  const table = tableOf(widgets([]), [WIDGET], {
    includeObject: 'Metadata',
    now: NOW,
    metadata: { resourceVersion: '7' },
  })
  assert.deepEqual(
    table.columnDefinitions?.map(({ name, type, priority }) => [name, type, priority]),
    [
      ['Name', 'string', 0],
      ['Age', 'date', 0],
    ],
  )
  assert.deepEqual(table.rows[0]?.cells, ['a', '24h'])
  assert.deepEqual(table.metadata, { resourceVersion: '7' })
  assert.deepEqual(table.rows[0]?.object, {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: WIDGET.metadata,
  })
})

test('columns say what they are, with the path where there is no description', () => {
  const columns = [
    { name: 'Color', type: 'string', jsonPath: '.spec.color', priority: 1 },
    { name: 'Size', type: 'number', format: 'double', description: 'How big', jsonPath: '.spec.size' },
  ]
  const table = tableOf(widgets(columns), [], { includeObject: 'Object', now: NOW, metadata: {} })
  assert.deepEqual(table.columnDefinitions?.slice(1), [
    {
      name: 'Color',
      type: 'string',
      format: '',
      description: 'Custom resource definition column (in JSONPath format): .spec.color',
      priority: 1,
    },
    { name: 'Size', type: 'number', format: 'double', description: 'How big', priority: 0 },
  ])
})
