import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { test } from 'node:test'
import { servingNames } from './serving-names.ts'

const always = ['localhost', '127.0.0.1', '::1', 'kubernetes.default.svc']

test('a server is known by the host it listens on, besides the names of loopback', () => {
  assert.deepEqual(servingNames('127.0.0.1'), always)
  assert.deepEqual(servingNames('[::1]'), always)
  assert.deepEqual(servingNames('keelson.example.com'), [...always, 'keelson.example.com'])
})

test('a server that listens everywhere is known by names a certificate can hold', () => {
  for (const host of ['0.0.0.0', '::', '']) {
    const names = servingNames(host)
    assert.deepEqual(names.slice(0, 4), always)
    for (const name of names) assert.ok(isIP(name) !== 0 || /^[a-z0-9.-]+$/i.test(name), name)
    assert.ok(!names.includes('0.0.0.0') && !names.includes('::'))
  }
})
