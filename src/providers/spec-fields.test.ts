import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Capabilities, ClusterSpec } from './provider.ts'
import { refusedFields, specDifferences } from './spec-fields.ts'

const CAPABILITIES: Capabilities = {
  fields: { 'spec.version': 'refused', 'spec.topology.controlPlane': 'refused', 'spec.topology.pools': 'mutable' },
  create: true,
  delete: 'cluster',
  start: false,
  repair: false,
  adopt: true,
  nodes: 'none',
  api: true,
  notice: 'API only, no nodes',
  accessTTL: { min: 60, max: 3600 },
}

const FULL: ClusterSpec = {
  version: 'v1.35.4',
  topology: { controlPlane: { replicas: 1 }, pools: [{ name: 'a', replicas: 1 }] },
}

describe('refused fields', () => {
  test('are those that are set and cannot be honoured, by name', () => {
    const refused = refusedFields('logical', FULL, CAPABILITIES)
    assert.deepEqual(
      refused.map(({ field }) => field),
      ['spec.version', 'spec.topology.controlPlane'],
    )
    assert.match(refused[0]?.message ?? '', /logical/)
  })

  test('are none where nothing of the kind is set', () => {
    assert.deepEqual(refusedFields('logical', { topology: { pools: [] } }, CAPABILITIES), [])
  })
})

describe('differences', () => {
  const cases: { name: string; observed: ClusterSpec; wanted: ClusterSpec; fields: string[] }[] = [
    { name: 'none where both are the same', observed: FULL, wanted: structuredClone(FULL), fields: [] },
    { name: 'none in what is not asked for', observed: FULL, wanted: {}, fields: [] },
    {
      name: 'in what is asked for and not there',
      observed: {},
      wanted: { version: 'v1.35.4' },
      fields: ['spec.version'],
    },
    {
      name: 'in every field that is another',
      observed: FULL,
      wanted: { version: 'v1.36.0', topology: { controlPlane: { replicas: 3 }, pools: [{ name: 'a', replicas: 2 }] } },
      fields: ['spec.version', 'spec.topology.controlPlane', 'spec.topology.pools'],
    },
    {
      name: 'not in the order of pools',
      observed: {
        topology: {
          pools: [
            { name: 'b', replicas: 1 },
            { name: 'a', replicas: 2 },
          ],
        },
      },
      wanted: {
        topology: {
          pools: [
            { name: 'a', replicas: 2 },
            { name: 'b', replicas: 1 },
          ],
        },
      },
      fields: [],
    },
    {
      name: 'not in a machine type that the world has chosen itself',
      observed: { topology: { pools: [{ name: 'a', replicas: 1, type: 'small' }] } },
      wanted: { topology: { pools: [{ name: 'a', replicas: 1 }] } },
      fields: [],
    },
    {
      name: 'in a pool too many',
      observed: FULL,
      wanted: { topology: { pools: [] } },
      fields: ['spec.topology.pools'],
    },
  ]
  for (const { name, observed, wanted, fields } of cases) {
    test(`are ${name}`, () => {
      const differences = specDifferences(observed, wanted)
      assert.deepEqual(
        differences.map(({ field }) => field),
        fields,
      )
    })
  }

  test('tell what is and what shall be', () => {
    assert.deepEqual(specDifferences(FULL, { version: 'v1.36.0' }), [
      { field: 'spec.version', observed: 'v1.35.4', wanted: 'v1.36.0' },
    ])
  })
})
