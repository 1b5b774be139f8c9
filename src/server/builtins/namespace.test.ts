import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namespace } from './namespace.ts'
import { cellsOf, contextFor, faultsOf, objectOf, prepared, updated } from './try-write.ts'

test('a new namespace is active, labelled with its name, and held by the finalizer kubernetes', () => {
  const object = prepared(namespace, { status: { phase: 'Terminating' } })
  assert.deepEqual(object.status, { phase: 'Active' })
  assert.deepEqual(object.spec, { finalizers: ['kubernetes'] })
  assert.deepEqual(object.metadata.labels, { 'kubernetes.io/metadata.name': 'test' })
})

test('finalizers of the client stay beside that of the system', () => {
  assert.deepEqual(prepared(namespace, { spec: { finalizers: ['example.com/a'] } }).spec, {
    finalizers: ['example.com/a', 'kubernetes'],
  })
})

test('a finalizer is a standard one or has a domain', () => {
  assert.deepEqual(faultsOf(namespace, { spec: { finalizers: ['orphan', 'example.com/a', 'mine'] } }), [
    'spec.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
  ])
})

test('an update changes neither finalizers nor phase, and brings the label back', () => {
  const { object, faults } = updated(namespace, {}, { spec: {}, status: { phase: 'Terminating' } })
  assert.deepEqual(faults, [])
  assert.deepEqual(object.spec, { finalizers: ['kubernetes'] })
  assert.deepEqual(object.status, { phase: 'Active' })
  assert.deepEqual(object.metadata.labels, { 'kubernetes.io/metadata.name': 'test' })
})

test('the status of a namespace that nobody deletes is active', () => {
  const { faults } = updated(namespace, {}, { status: { phase: 'Terminating' } }, 'status')
  assert.deepEqual(faults, [
    'status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty',
  ])
})

test('the finalize subresource replaces the finalizers', () => {
  const stored = prepared(namespace, {})
  const submitted = objectOf(namespace, { spec: { finalizers: [] } })
  const merged = namespace.subresources.finalize?.update?.(submitted, stored, contextFor())
  assert.deepEqual(merged?.spec, { finalizers: [] })
  assert.deepEqual(merged?.status, { phase: 'Active' })
})

test('a generated name becomes a label of the server, after the fields of the client have their owner', () => {
  const object = objectOf(namespace, { metadata: { generateName: 'made-', name: 'made-1' } })
  namespace.strategy.prepareForCreate?.(object, contextFor())
  assert.equal(object.metadata.labels, undefined)
  namespace.strategy.settle?.(object, undefined, contextFor())
  assert.deepEqual(object.metadata.labels, { 'kubernetes.io/metadata.name': 'made-1' })
})

test('a namespace that is being deleted is terminating, and has no time for it', () => {
  const object = prepared(namespace, { metadata: { name: 'test', deletionGracePeriodSeconds: 0 } })
  namespace.strategy.prepareForDelete?.(object, contextFor())
  assert.equal(object.metadata.deletionGracePeriodSeconds, undefined)
  assert.deepEqual(object.status, { phase: 'Terminating' })
})

test('a status without a phase is one of an active namespace', () => {
  const old = objectOf(namespace, { status: { phase: 'Active' } })
  const object = objectOf(namespace)
  namespace.strategy.prepareForUpdate?.(object, old, contextFor({ subresource: 'status' }))
  assert.deepEqual(object.status, { phase: 'Active' })
})

test('the namespaces that every workspace has cannot be deleted', async () => {
  const change = { type: 'delete', old: objectOf(namespace) } as const
  const admit = async (name: string) => namespace.strategy.admit?.(change, contextFor({ name }))
  for (const name of ['default', 'kube-system']) {
    await assert.rejects(admit(name), {
      message: `namespaces "${name}" is forbidden: this namespace may not be deleted`,
    })
  }
  await admit('shop')
})

test('default and kube-system exist without a row, always with the same UID', () => {
  const scope = { cluster: 'c1', creationTimestamp: '2026-01-01T00:00:00Z', namespace: '', rootCertificate: '' }
  const [first, second] = namespace.strategy.virtual?.(scope) ?? []
  assert.equal(first?.metadata.name, 'default')
  assert.equal(second?.metadata.name, 'kube-system')
  assert.notEqual(first?.metadata.uid, second?.metadata.uid)
  assert.equal(namespace.strategy.virtual?.(scope)[0]?.metadata.uid, first?.metadata.uid)
  assert.notEqual(namespace.strategy.virtual?.({ ...scope, cluster: 'c2' })[0]?.metadata.uid, first?.metadata.uid)
  assert.match(first?.metadata.uid ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('kubectl shows its phase and age', () => {
  assert.deepEqual(cellsOf(namespace, { status: { phase: 'Active' } }), {
    Name: 'test',
    Status: 'Active',
    Age: '<unknown>',
  })
})
