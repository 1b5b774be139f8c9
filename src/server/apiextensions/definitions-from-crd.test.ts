import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../../machinery/index.ts'
import { keepStatus } from '../admission.ts'
import { contextFor } from '../builtins/try-write.ts'
import { presentObject } from '../read.ts'
import { encodeRow } from '../row.ts'
import { definitionsFromCRD } from './definitions-from-crd.ts'

const names = {
  plural: 'widgets',
  singular: 'widget',
  kind: 'Widget',
  listKind: 'WidgetList',
  shortNames: ['wd'],
  categories: ['all'],
}
const openAPIV3Schema = { type: 'object', properties: { spec: { type: 'object' }, status: { type: 'object' } } }
const v1 = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema }, subresources: { status: {} } }

interface Parts {
  readonly versions?: readonly Record<string, unknown>[]
  readonly conditions?: readonly Record<string, unknown>[]
}

function crd({ versions = [v1], conditions = [{ type: 'Established', status: 'True' }] }: Parts = {}): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: { group: 'example.com', scope: 'Namespaced', names, versions },
    status: { acceptedNames: names, conditions },
  }
}

test('each served version is a definition, written in the storage version', () => {
  const versions = [v1, { name: 'v2', served: true, storage: false }, { name: 'v3', served: false, storage: false }]
  assert.deepEqual(
    definitionsFromCRD(crd({ versions })).map((definition) => [
      definition.group,
      definition.version,
      definition.storageVersion,
      definition.namespaced,
      definition.identity,
      definition.names,
    ]),
    [
      ['example.com', 'v1', 'v1', true, 'customresources', names],
      ['example.com', 'v2', 'v1', true, 'customresources', names],
    ],
  )
})

test('nothing is served before the names are accepted', () => {
  assert.deepEqual(definitionsFromCRD(crd({ conditions: [] })), [])
})

test('equal definitions share one value, whoever has them', () => {
  const first = definitionsFromCRD(crd())
  const elsewhere = structuredClone(crd())
  elsewhere.metadata.uid = 'another'
  assert.equal(definitionsFromCRD(elsewhere), first)
  const other = definitionsFromCRD(crd({ versions: [{ ...v1, name: 'v1beta1' }] }))
  assert.notEqual(other, first)
})

test('nothing is created in a kind that is ending', () => {
  const conditions = [
    { type: 'Established', status: 'True' },
    { type: 'Terminating', status: 'True' },
  ]
  const [definition] = definitionsFromCRD(crd({ conditions }))
  assert.equal(definition?.verbs.includes('create'), false)
  assert.equal(definition?.verbs.includes('update'), true)
})

test('the status is written through its subresource alone, when there is one', () => {
  const [withStatus] = definitionsFromCRD(crd())
  const [without] = definitionsFromCRD(crd({ versions: [{ ...v1, subresources: {} }] }))
  const object = () => ({
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name: 'a' },
    status: { ready: true } as Record<string, unknown>,
  })
  const created = object()
  withStatus?.strategy.prepareForCreate?.(created, contextFor())
  assert.equal('status' in created, false)
  const kept = object()
  without?.strategy.prepareForCreate?.(kept, contextFor())
  assert.deepEqual(kept.status, { ready: true })
  const before = { ...object(), status: { ready: false } }
  const updated = (definition: typeof withStatus, subresource: string): object => {
    const changed = object()
    assert.ok(definition)
    keepStatus(definition, changed, before, subresource)
    return changed.status
  }
  assert.deepEqual(updated(withStatus, ''), { ready: false })
  assert.deepEqual(updated(withStatus, 'status'), { ready: true })
  assert.deepEqual(updated(without, ''), { ready: true })
})

test('deprecated versions warn, with a text of their own or a plain one', () => {
  const warning = (fields: Record<string, unknown>) =>
    definitionsFromCRD(crd({ versions: [{ ...v1, ...fields }] }))[0]?.deprecationWarning
  assert.equal(warning({}), undefined)
  assert.equal(warning({ deprecated: true }), 'example.com/v1 Widget is deprecated')
  assert.equal(warning({ deprecated: true, deprecationWarning: 'use v2' }), 'use v2')
})

test('a plain warning names the best of the later versions that are served and not deprecated', () => {
  const old = { ...v1, name: 'v1alpha1', deprecated: true, storage: false }
  const others = [
    { ...v1, name: 'v1beta1', storage: false },
    { ...v1, name: 'v2', served: false },
    { ...v1, name: 'v1' },
  ]
  const [definition] = definitionsFromCRD(crd({ versions: [old, ...others] }))
  assert.equal(definition?.deprecationWarning, 'example.com/v1alpha1 Widget is deprecated; use example.com/v1 Widget')
})

test('a new object has the default of its status', () => {
  const status = { type: 'object', default: { phase: 'Pending' }, properties: { phase: { type: 'string' } } }
  const schema = { openAPIV3Schema: { type: 'object', properties: { status } } }
  const [definition] = definitionsFromCRD(crd({ versions: [{ ...v1, schema, subresources: { status: {} } }] }))
  const created = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a' }, status: { phase: 'Done' } }
  definition?.strategy.prepareForCreate?.(created, contextFor())
  assert.deepEqual(created.status, { phase: 'Pending' })
})

test('fields are selectable by the names that the definition gives', () => {
  const [definition] = definitionsFromCRD(
    crd({ versions: [{ ...v1, selectableFields: [{ jsonPath: '.spec.color' }] }] }),
  )
  assert.deepEqual(definition?.selectableFields, ['spec.color'])
})

test('the schema is the parsed one of the version', () => {
  const [definition] = definitionsFromCRD(crd())
  assert.equal(definition?.schema?.properties?.has('spec'), true)
  assert.equal(definitionsFromCRD(crd({ versions: [{ ...v1, schema: undefined }] }))[0]?.schema, undefined)
})

test('what is written in another version keeps the fields of the storage version, and is read with its defaults', () => {
  const schemaOf = (fields: Record<string, unknown>) => ({
    openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: fields } } },
  })
  const number = { type: 'integer' }
  const versions = [
    {
      name: 'v1',
      served: true,
      storage: true,
      schema: schemaOf({ n: number, kept: { type: 'string', default: 'k' } }),
    },
    {
      name: 'v2',
      served: true,
      storage: false,
      schema: schemaOf({ n: number, extra: { type: 'string', default: 'x' } }),
    },
  ]
  const [v1, v2] = definitionsFromCRD(crd({ versions }))
  assert.ok(v1 !== undefined && v2 !== undefined)
  const written = {
    apiVersion: 'example.com/v2',
    kind: 'Widget',
    metadata: { name: 'a', uid: 'u' },
    spec: { n: 1, extra: 'y' },
  }
  v2.printStored?.(written)
  assert.deepEqual(written.spec, { n: 1, kept: 'k' })
  const row = { key: '', value: encodeRow(v2, written), version: 1 }
  for (const definition of [v1, v2]) {
    const { apiVersion, spec } = presentObject(definition, row, 'c1')
    assert.deepEqual({ apiVersion, spec }, { apiVersion: `example.com/${definition.version}`, spec: written.spec })
  }
  assert.equal(v1.printStored, undefined)
})
