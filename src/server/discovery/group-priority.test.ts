import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareGroups, compareVersions } from './group-priority.ts'

test('versions: stable before beta before alpha, higher numbers first, other texts last', () => {
  const ordered = ['v10', 'v2', 'v1', 'v11beta2', 'v10beta3', 'v3beta1', 'v12alpha1', 'v11alpha2', 'foo1', 'foo10']
  assert.deepEqual(ordered.toReversed().toSorted(compareVersions), ordered)
})

test('groups: those of Kubernetes in its order, then all others by name', () => {
  const ordered = [
    '',
    'events.k8s.io',
    'authentication.k8s.io',
    'rbac.authorization.k8s.io',
    'admissionregistration.k8s.io',
    'apiextensions.k8s.io',
    'coordination.k8s.io',
    'a.example.com',
    'b.example.com',
  ]
  assert.deepEqual(ordered.toReversed().toSorted(compareGroups), ordered)
})
