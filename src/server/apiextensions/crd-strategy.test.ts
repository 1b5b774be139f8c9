import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../../machinery/index.ts'
import { contextFor } from '../builtins/try-write.ts'
import type { OperationContext, ResourceDefinition, Services } from '../definition.ts'
import { definitionSet } from '../definitions.ts'
import { customResourceDefinitionStrategy as strategy } from './crd-strategy.ts'

const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }

function crd(kind: string, plural: string): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: { group: 'example.com', scope: 'Namespaced', names: { plural, kind }, versions: [version] },
  }
}

const crds = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  storageVersion: 'v1',
  names: { plural: 'customresourcedefinitions', kind: 'CustomResourceDefinition' },
} as ResourceDefinition

/** A logical cluster in which these exist. */
function beside(...others: KubeObject[]): OperationContext {
  const services = {
    ...contextFor().services,
    definitionsOf: async () => definitionSet([crds]),
    readAll: async () => others,
  } as Services
  return contextFor({ services })
}

/** As it is answered, and as it lies in the store. */
async function written(object: KubeObject, context: OperationContext): Promise<[KubeObject, KubeObject]> {
  strategy.prepareForCreate?.(object, context)
  assert.deepEqual(strategy.validate?.(object, context), [])
  return [object, (await strategy.follow?.(object, context)) ?? object]
}

async function created(object: KubeObject, context: OperationContext): Promise<KubeObject> {
  const [, stored] = await written(object, context)
  return stored
}

async function acceptedAfter(object: KubeObject): Promise<unknown> {
  const followed = await strategy.follow?.(object, beside())
  return (followed?.status as Status | undefined)?.acceptedNames
}

interface Status {
  readonly acceptedNames: { readonly plural: string; readonly singular: string }
  readonly storedVersions: readonly string[]
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string }[]
}

function conditionsOf(object: KubeObject): string[] {
  return (object.status as Status).conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`)
}

test('a definition is established in the write that creates it, after the answer', async () => {
  const sent = { ...crd('Widget', 'widgets'), status: { storedVersions: ['v0'] } }
  const [answered, object] = await written(sent, beside())
  const nothing = { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: ['v1'] }
  assert.deepEqual(answered.status, nothing)
  const { acceptedNames, storedVersions } = object.status as Status
  assert.deepEqual(acceptedNames, { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' })
  assert.deepEqual(storedVersions, ['v1'])
  assert.deepEqual(conditionsOf(object), ['NamesAccepted=True NoConflicts', 'Established=True InitialNamesAccepted'])
})

test('a kind that another definition of the group has is not accepted', async () => {
  const first = await created(crd('Widget', 'widgets'), beside())
  const second = await created(crd('Widget', 'gadgets'), beside(first))
  assert.deepEqual(conditionsOf(second), ['NamesAccepted=False ListKindConflict', 'Established=False NotAccepted'])
})

test('a definition that has its names is left as it is', async () => {
  const object = await created(crd('Widget', 'widgets'), beside())
  assert.equal(await strategy.follow?.(object, beside()), undefined)
  const names = { ...(object.spec as { names: object }).names, shortNames: [] }
  object.spec = { ...(object.spec as object), names }
  assert.equal(await strategy.follow?.(object, beside()), undefined)
})

test('new short names are accepted after the answer of the update', async () => {
  const old = await created(crd('Widget', 'widgets'), beside())
  const object = structuredClone(old)
  const names = { ...(old.spec as { names: object }).names, shortNames: ['wd'] }
  object.spec = { ...(object.spec as object), names }
  strategy.prepareForUpdate?.(object, old, beside())
  assert.deepEqual(object.status, old.status)
  assert.deepEqual(await acceptedAfter(object), names)
})

test('names that a status update takes away come back', async () => {
  const old = await created(crd('Widget', 'widgets'), beside())
  const object = { ...structuredClone(old), status: { acceptedNames: { plural: '', kind: '' } } } as KubeObject
  strategy.prepareForUpdate?.(object, old, contextFor({ subresource: 'status' }))
  assert.deepEqual((object.status as Status).storedVersions, ['v1'])
  assert.deepEqual(strategy.validateUpdate?.(object, old, contextFor({ subresource: 'status' })), [])
  assert.deepEqual(await acceptedAfter(object), (old.status as Status).acceptedNames)
})

test('a definition that waits for a name has it as soon as the other one lets go of it', async () => {
  const first = await created(crd('Widget', 'widgets'), beside())
  const waiting = await created(crd('Widget', 'gadgets'), beside(first))
  const last = await created(crd('Widget', 'gizmos'), beside(first, waiting))
  const context = beside(first, waiting, last)
  const after = (await strategy.followOthers?.({ type: 'delete', old: first }, context)) ?? []
  assert.deepEqual(
    after.map((each) => [each.metadata.name, ...conditionsOf(each)]),
    [['gadgets.example.com', 'NamesAccepted=True NoConflicts', 'Established=True InitialNamesAccepted']],
  )
  const renamed = { ...first, spec: { ...(first.spec as object), names: { plural: 'widgets', kind: 'Other' } } }
  const update = { type: 'update', object: renamed, old: first, subresource: '' } as const
  assert.equal((await strategy.followOthers?.(update, context))?.length, 1)
  assert.deepEqual(await strategy.followOthers?.({ ...update, object: first }, context), [])
})

test('a new storage version joins those that rows may be in', async () => {
  const old = await created(crd('Widget', 'widgets'), beside())
  const object = structuredClone(old)
  const versions = [
    { ...version, storage: false },
    { ...version, name: 'v2' },
  ]
  object.spec = { ...(object.spec as object), versions }
  object.status = {}
  strategy.prepareForUpdate?.(object, old, beside())
  assert.deepEqual((object.status as Status).storedVersions, ['v1', 'v2'])
  assert.deepEqual(conditionsOf(object), conditionsOf(old))
})

test('a status update changes the status alone', async () => {
  const old = await created(crd('Widget', 'widgets'), beside())
  const object = { ...structuredClone(old), spec: {}, status: { storedVersions: ['v1'] } as Record<string, unknown> }
  strategy.prepareForUpdate?.(object, old, contextFor({ subresource: 'status' }))
  assert.deepEqual(object.spec, old.spec)
  assert.deepEqual(object.status, { storedVersions: ['v1'] })
})

test('a deleted definition waits until its objects are gone, and says so', async () => {
  const object = await created(crd('Widget', 'widgets'), beside())
  strategy.prepareForDelete?.(object, beside())
  assert.deepEqual(object.metadata.finalizers, ['customresourcecleanup.apiextensions.k8s.io'])
  assert.equal(conditionsOf(object).at(-1), 'Terminating=True InstanceDeletionPending')
})

test('a format that nothing is checked against is told when it comes', () => {
  const withFormat = (format: string): KubeObject => {
    const object = crd('Widget', 'widgets')
    const schema = { openAPIV3Schema: { type: 'string', format } }
    object.spec = { ...(object.spec as object), versions: [{ ...version, schema }] }
    return object
  }
  const [old, object] = [withFormat('old'), withFormat('"new"')]
  const told = ['unrecognized format "\\"new\\""']
  assert.deepEqual(strategy.warn?.(object, undefined, contextFor()), told)
  assert.deepEqual(strategy.warn?.(object, old, contextFor()), told)
  assert.deepEqual(strategy.warn?.(object, object, contextFor()), [])
  assert.deepEqual(strategy.warn?.(object, old, contextFor({ subresource: 'status' })), [])
})
