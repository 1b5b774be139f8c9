import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contextFor } from '../builtins/try-write.ts'
import { scaleSubresource, validateReplicas } from './scale.ts'

const scale = scaleSubresource({
  specReplicasPath: '.spec.size',
  statusReplicasPath: '.status.size',
  labelSelectorPath: '.status.selector',
})
const metadata = {
  name: 'a',
  namespace: 'n',
  uid: 'u',
  resourceVersion: '5',
  creationTimestamp: '2026-01-01T00:00:00Z',
}
const widget = (fields: Record<string, unknown>) => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { ...metadata, labels: { app: 'a' } },
  ...structuredClone(fields),
})

test('a custom resource is read as a Scale', () => {
  assert.deepEqual(scale.read?.(widget({ spec: { size: 3 }, status: { size: 2, selector: 'app=a' } })), {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata,
    spec: { replicas: 3 },
    status: { replicas: 2, selector: 'app=a' },
  })
})

test('what is not there counts as zero, but for the wanted number', () => {
  assert.deepEqual(scale.read?.(widget({ spec: { size: 0 } })), {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata,
    spec: {},
    status: { replicas: 0 },
  })
  assert.throws(() => scale.read?.(widget({})), {
    message: 'Internal error occurred: the spec replicas field ".spec.size" does not exist',
  })
})

test('a written Scale changes the wanted number alone', () => {
  const submitted = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'a' }, spec: { replicas: 7 } }
  const stored = widget({ spec: { size: 3, color: 'red' }, status: { size: 2 } })
  assert.deepEqual(
    scale.update?.(submitted, stored, contextFor()),
    widget({ spec: { size: 7, color: 'red' }, status: { size: 2 } }),
  )
  assert.deepEqual(scale.update?.({ ...submitted, spec: {} }, widget({}), contextFor()), widget({ spec: { size: 0 } }))
})

test('a number of replicas is a 32-bit one that is not negative', () => {
  const faults = (size: unknown) =>
    validateReplicas(widget({ spec: { size } }), '.spec.size').map(({ message }) => message)
  assert.deepEqual(faults(3), [])
  assert.deepEqual(faults(undefined), [])
  assert.deepEqual(faults(-1), ['Invalid value: -1: should be a non-negative integer'])
  assert.deepEqual(faults(2 ** 31), ['Invalid value: 2147483648: should be less than or equal to 2147483647'])
})

test('what is in the place of replicas is told', () => {
  const faults = (spec: unknown) => validateReplicas(widget({ spec }), '.spec.size').map(({ message }) => message)
  const expected = (text: string) => [`Invalid value: 0: ${text}`]
  assert.deepEqual(faults(null), [])
  assert.deepEqual(
    faults(-1),
    expected('.spec.size accessor error: -1 is of the type int64, expected map[string]interface{}'),
  )
  assert.deepEqual(
    faults({ size: [] }),
    expected('.spec.size accessor error: [] is of the type []interface {}, expected int64'),
  )
  assert.deepEqual(
    faults({ size: { b: [1, 'x'], a: null } }),
    expected('.spec.size accessor error: map[a:<nil> b:[1 x]] is of the type map[string]interface {}, expected int64'),
  )
  assert.deepEqual(
    faults({ size: 1.5 }),
    expected('.spec.size accessor error: 1.5 is of the type float64, expected int64'),
  )
})
