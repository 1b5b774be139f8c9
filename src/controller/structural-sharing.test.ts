import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { share } from './structural-sharing.ts'

test('parts that did not change are the ones known before', () => {
  const previous = { spec: { ports: [{ port: 80 }, { port: 443 }] }, status: { ready: false } }
  const next = share(previous, { spec: { ports: [{ port: 80 }, { port: 443 }] }, status: { ready: true } })
  assert.deepEqual(next, { spec: { ports: [{ port: 80 }, { port: 443 }] }, status: { ready: true } })
  assert.equal(next.spec, previous.spec)
  assert.notEqual(next.status, previous.status)
})

test('a list that grew keeps its old elements', () => {
  const previous = [{ name: 'a' }]
  const next = share(previous, [{ name: 'a' }, { name: 'b' }])
  assert.equal(next[0], previous[0])
  assert.equal(next.length, 2)
})

test('the result always equals the new value, and is the old one when nothing changed', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (previous, next) => {
      assert.deepEqual(share(previous, next), next)
      assert.equal(share(previous, structuredClone(previous)), previous)
    }),
  )
})
