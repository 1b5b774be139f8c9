import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, KubeObject } from '../machinery/index.ts'
import { checkFieldManager, keepTimes, managerName, withoutClusterAnnotation } from './managed-fields.ts'

test('a manager is called as it asks, else by what its User-Agent begins with', () => {
  const cases: [string, string, string][] = [
    ['fieldManager=me', 'kubectl/v1.35.4', 'me'],
    ['', 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc', 'kubectl'],
    ['fieldManager=', 'Go-http-client/2.0', 'Go-http-client'],
    ['', 'no slash', 'no slash'],
    ['', '', ''],
    ['', 'tab\there', 'tabhere'],
    ['', 'é'.repeat(100), 'é'.repeat(64)],
  ]
  for (const [query, agent, name] of cases) assert.equal(managerName(new URLSearchParams(query), agent), name)
})

test('a manager’s name is short and printable', () => {
  const check = (name: string) => () => checkFieldManager(new URLSearchParams({ fieldManager: name }), 'CreateOptions')
  check('x'.repeat(128))()
  assert.throws(check('x'.repeat(129)), /CreateOptions\.meta\.k8s\.io "" is invalid: fieldManager: Too long/)
  assert.throws(check('a\u0001'), /fieldManager: Invalid value: .*invalid character U\+0001 \(at position 1\)/)
})

function objectWith(metadata: JsonObject, more: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', ...metadata }, ...more }
}

test('times that are all that changed are kept', async () => {
  const entry = (time: string, fields = 'f:data') => ({ manager: 'm', time, fieldsV1: { [fields]: {} } })
  const old = objectWith({ managedFields: [entry('1')] })
  const cases: [KubeObject, string][] = [
    [objectWith({ managedFields: [entry('2')] }), '1'],
    [objectWith({ managedFields: [entry('2')], labels: { a: 'b' } }), '2'],
    [objectWith({ managedFields: [entry('2')] }, { data: { a: 'b' } }), '2'],
    [objectWith({ managedFields: [entry('2', 'f:other')] }), '2'],
    [objectWith({ managedFields: [entry('2'), entry('2')] }), '2'],
  ]
  for (const [object, time] of cases) {
    await keepTimes(object, old)
    const [first] = object.metadata.managedFields ?? []
    assert.equal((first as JsonObject | undefined)?.time, time)
  }
})

test('the annotation of the logical cluster is nobody’s', () => {
  const cluster = { 'kcp.io/cluster': 'c1' }
  assert.deepEqual(withoutClusterAnnotation(objectWith({ annotations: cluster })), objectWith({}))
  const annotated = objectWith({ annotations: { ...cluster, mine: 'x' } })
  assert.deepEqual(withoutClusterAnnotation(annotated), objectWith({ annotations: { mine: 'x' } }))
  assert.deepEqual(annotated.metadata.annotations, { ...cluster, mine: 'x' })
})
