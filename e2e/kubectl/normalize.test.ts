import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalize, unindent } from './normalize.ts'

const cases = [
  { printed: 'NAME       DATA   AGE\nsettings   1      5m3s\n', comparable: 'NAME  DATA  AGE\nsettings  1  <age>' },
  { printed: 'one    1              green   324d', comparable: 'one  1  green  <age>' },
  { printed: '  resourceVersion: "209"', comparable: 'resourceVersion: "<version>"' },
  { printed: '"resourceVersion": "209"', comparable: '"resourceVersion": "<version>"' },
  { printed: 'uid: 1d7e9ce6-d924-4997-8947-10f8236cff91', comparable: 'uid: <uid>' },
  { printed: 'at: "2026-11-21T07:35:53Z"', comparable: 'at: "<time>"' },
  { printed: 'a:\n    kcp.io/cluster: 17t48eylm7cqf4fv\n    b: c', comparable: 'a:\n    b: c' },
  { printed: 'metadata:\n  annotations:\n    kcp.io/cluster: 17t4\n  name: a', comparable: 'metadata:\n  name: a' },
  { printed: 'Annotations:  kcp.io/cluster: 17t48eylm7cqf4fv', comparable: 'Annotations:  <none>' },
  { printed: 'no - access denied', comparable: 'no' },
  {
    printed: 'a\nW1121 14:32:31.383723   25551 reflector.go:561] watch of *unstructured ended: very short watch\nb',
    comparable: 'a\nb',
  },
  { printed: 'spec:\n  size: 1\n', comparable: 'spec:\n  size: 1' },
]

for (const { printed, comparable } of cases) {
  test(`${JSON.stringify(printed)} is compared as ${JSON.stringify(comparable)}`, () => {
    assert.equal(normalize(printed), comparable)
  })
}

test('an expectation loses the indentation that its lines have in common', () => {
  assert.equal(unindent('\n    spec:\n      size: 1\n\n    status: {}'), 'spec:\n  size: 1\n\nstatus: {}')
  assert.equal(unindent('one line'), 'one line')
  assert.equal(unindent(''), '')
})
