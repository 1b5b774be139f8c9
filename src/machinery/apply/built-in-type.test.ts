import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtInType, emptyObjectOf } from './built-in-type.ts'
import type { FieldType } from './field-type.ts'

function at(type: FieldType | undefined, ...path: string[]): FieldType | undefined {
  return path.reduce((found, name) => found?.map?.fields.get(name) ?? found?.map?.element, type)
}

test('lists and structs of built-in kinds are merged as upstream’s markers say', () => {
  const serviceAccount = builtInType('', 'v1', 'ServiceAccount')
  assert.deepEqual(at(serviceAccount, 'secrets')?.list?.keys, ['name'])
  assert.equal(at(serviceAccount, 'secrets')?.list?.element.map?.atomic, true)
  assert.equal(at(serviceAccount, 'imagePullSecrets')?.list?.associative, false)
  assert.deepEqual(at(serviceAccount, 'metadata', 'ownerReferences')?.list?.keys, ['uid'])
  assert.deepEqual(at(serviceAccount, 'metadata', 'finalizers')?.list, {
    element: { scalar: 'string' },
    associative: true,
    keys: [],
  })
  assert.equal(at(serviceAccount, 'metadata', 'labels', 'app')?.scalar, 'string')
  assert.equal(at(builtInType('rbac.authorization.k8s.io', 'v1', 'RoleBinding'), 'roleRef')?.map?.atomic, true)
  assert.equal(at(builtInType('', 'v1', 'LimitRange'), 'spec', 'limits')?.list?.associative, false)
  assert.equal(builtInType('example.com', 'v1', 'Widget'), undefined)
})

test('a key without a value in a list element has the zero that Go would print', () => {
  const conditions = at(builtInType('', 'v1', 'Namespace'), 'status', 'conditions')
  assert.equal(conditions?.list?.element.map?.fields.get('type')?.default, '')
})

test('a schema within a CustomResourceDefinition has a type that contains itself', () => {
  const definition = builtInType('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition')
  const schema = at({ ...at(definition, 'spec', 'versions')?.list?.element }, 'schema', 'openAPIV3Schema')
  assert.equal(at(schema, 'properties', 'x'), schema)
  assert.deepEqual(at(schema, 'x-kubernetes-validations')?.list?.keys, ['rule'])
})

test('an empty object has the structs and zeros that Go always prints', () => {
  assert.deepEqual(emptyObjectOf('', 'v1', 'ConfigMap'), { metadata: {} })
  assert.deepEqual(emptyObjectOf('', 'v1', 'Namespace'), { metadata: {}, spec: {}, status: {} })
  assert.deepEqual(emptyObjectOf('rbac.authorization.k8s.io', 'v1', 'ClusterRole'), { metadata: {}, rules: null })
  assert.deepEqual(emptyObjectOf('rbac.authorization.k8s.io', 'v1', 'RoleBinding'), {
    metadata: {},
    roleRef: { apiGroup: '', kind: '', name: '' },
  })
  assert.deepEqual(emptyObjectOf('example.com', 'v1', 'Widget'), {})
})
