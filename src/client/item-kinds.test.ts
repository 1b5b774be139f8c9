import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeList, KubeObject } from '../machinery/index.ts'
import { withItemKinds } from './item-kinds.ts'

const listOf = (apiVersion: string, kind: string, items: object[]): KubeList => {
  return { apiVersion, kind, metadata: {}, items: items as KubeObject[] }
}

test('an item without a kind is of the kind that the list is of', () => {
  const { items } = withItemKinds(listOf('rbac.authorization.k8s.io/v1', 'RoleList', [{ metadata: { name: 'a' } }]))
  assert.deepEqual(items, [{ metadata: { name: 'a' }, apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' }])
})

test('items that say their kind stay as they are', () => {
  const partial = { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata: {} }
  const list = listOf('meta.k8s.io/v1', 'PartialObjectMetadataList', [partial])
  assert.equal(withItemKinds(list), list)
})

test('an empty list, and one of no kind, stay as they are', () => {
  for (const list of [listOf('v1', 'SecretList', []), listOf('v1', 'Things', [{ metadata: {} }])]) {
    assert.equal(withItemKinds(list), list)
  }
})
