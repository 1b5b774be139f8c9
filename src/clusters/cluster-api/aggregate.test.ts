import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aggregate, indented } from './aggregate.ts'

const machine = (name: string, status?: 'True' | 'False' | 'Unknown', message = '') => ({
  apiVersion: 'cluster.x-k8s.io/v1beta2',
  kind: 'Machine',
  metadata: { name },
  status: { conditions: status === undefined ? [] : [{ type: 'Ready', status, message }] },
})
const READY = {
  type: 'MachinesReady',
  source: 'Ready',
  reasons: { issue: 'NotReady', unknown: 'ReadyUnknown', fine: 'Ready' },
}

for (const [what, objects, expected] of [
  ['all is well', [machine('a', 'True')], 'True Ready: '],
  ['one that is not', [machine('a', 'True'), machine('b', 'False', 'no node')], 'False NotReady: * Machine b: no node'],
  [
    'several with one message are named together',
    ['c', 'a', 'b'].map((name) => machine(name, 'False', 'no node')),
    'False NotReady: * Machines a, b, c: no node',
  ],
  [
    'more than three are counted',
    ['a', 'b', 'c', 'd', 'e'].map((name) => machine(name, 'False', 'no node')),
    'False NotReady: * Machines a, b, c, ... (2 more): no node',
  ],
  [
    'one that says nothing is not known',
    [machine('a', 'True'), machine('b')],
    'Unknown ReadyUnknown: * Machine b: Condition Ready not yet reported',
  ],
  [
    'what is wrong counts more than what is not known, and both are told',
    [machine('a', 'Unknown', 'lost'), machine('b', 'False', 'no node')],
    'False NotReady: * Machine b: no node\n* Machine a: lost',
  ],
  [
    'lines stand below their bullet',
    [machine('a', 'False', '* one\n* two')],
    'False NotReady: * Machine a:\n  * one\n  * two',
  ],
] as const) {
  test(what, () => {
    const { status, reason, message } = aggregate(objects, READY)
    assert.equal(`${status} ${reason}: ${message}`, expected)
  })
}

test('where True is bad news, it is the other way round', () => {
  const rolling = { type: 'RollingOut', source: 'Ready', isNegative: true, reasons: READY.reasons }
  assert.equal(aggregate([machine('a', 'True', 'rolling')], rolling).status, 'True')
  assert.equal(aggregate([machine('a', 'False')], rolling).reason, 'Ready')
})

test('a line without a bullet gets one where there are several', () => {
  assert.equal(indented('one'), ' one')
  assert.equal(indented('one\n* two'), '\n  * one\n  * two')
})
