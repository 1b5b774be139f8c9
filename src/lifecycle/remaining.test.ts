import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ObjectReference } from './object-reference.ts'
import { countRemaining } from './remaining.ts'

const reference = (
  apiVersion: string,
  resource: string,
  metadata: ObjectReference['metadata'] = {},
): ObjectReference => ({
  apiVersion: 'lifecycle.keelson.dev/v1alpha1',
  kind: 'ObjectReference',
  metadata,
  target: { apiVersion, kind: 'Any', resource, namespaced: true },
})
const deleting = { deletionTimestamp: '2026-01-01T00:00:00Z' }

test('what remains is counted by resource and by finalizer, in upstream words', () => {
  const remaining = countRemaining()
  remaining.count(reference('v1', 'configmaps', { ...deleting, finalizers: ['example.com/hold'] }))
  remaining.count(reference('v1', 'configmaps', { ...deleting, finalizers: ['example.com/hold', 'example.com/a'] }))
  remaining.count(reference('apps/v1', 'deployments', { ...deleting, finalizers: ['foregroundDeletion'] }))
  assert.equal(remaining.total(), 3)
  assert.equal(
    remaining.byResource(),
    'configmaps. has 2 resource instances, deployments.apps has 1 resource instances',
  )
  assert.equal(
    remaining.byFinalizer(),
    'example.com/a in 1 resource instances, example.com/hold in 2 resource instances, foregroundDeletion in 1 resource instances',
  )
  assert.deepEqual(remaining.undeleted(), [])
  assert.deepEqual(remaining.unexplained(), [])
})

test('resources with objects that nobody has deleted, and with objects that nothing holds, are named', () => {
  const remaining = countRemaining()
  remaining.count(reference('v1', 'secrets'))
  remaining.count(reference('v1', 'configmaps', { ...deleting, finalizers: ['example.com/hold'] }))
  const secrets = { group: '', version: 'v1', resource: 'secrets', namespaced: true }
  assert.deepEqual(remaining.undeleted(), [secrets])
  assert.deepEqual(remaining.unexplained(), [secrets])
})

test('nothing remains, nothing is said', () => {
  const remaining = countRemaining()
  assert.deepEqual([remaining.total(), remaining.byResource(), remaining.byFinalizer()], [0, '', ''])
})
