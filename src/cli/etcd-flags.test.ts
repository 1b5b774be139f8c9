import assert from 'node:assert/strict'
import { test } from 'node:test'
import { etcdOptions, parseStore } from './etcd-flags.ts'

test('a store is an engine of this process, or the members of an etcd cluster', () => {
  assert.equal(parseStore('embedded'), 'embedded')
  assert.equal(parseStore('memory'), 'memory')
  for (const [text, members] of [
    ['etcd://a:2379', ['a:2379']],
    ['etcd://a,b:4001,[::1]:2379', ['a:2379', 'b:4001', '[::1]:2379']],
    ['etcd://etcd.example.com/', ['etcd.example.com:2379']],
  ] as const)
    assert.deepEqual(parseStore(text), { members })
  for (const text of [
    '',
    'etcd',
    'etcd://',
    'etcd://a,,b',
    'etcd://a/b',
    'etcd://user@a',
    'http://a:2379',
    'etcd://a:x',
  ])
    assert.throws(() => parseStore(text), /must be embedded, memory, or etcd/, text)
})

test('TLS is spoken where an authority or a client certificate is given', () => {
  const address = { members: ['a:2379'] }
  const plain = { etcdPrefix: '/keelson' }
  assert.deepEqual(etcdOptions(address, plain), { servers: ['http://a:2379'], prefix: '/keelson' })
  const files = { etcdCafile: 'ca', etcdCertfile: 'crt', etcdKeyfile: 'key' }
  assert.deepEqual(etcdOptions(address, { ...plain, ...files }), {
    ...{ servers: ['https://a:2379'], prefix: '/keelson', cafile: 'ca', certfile: 'crt', keyfile: 'key' },
  })
  assert.throws(() => etcdOptions(address, { ...plain, etcdCertfile: 'crt' }), /go together/)
  assert.throws(() => etcdOptions(address, { etcdPrefix: 'keelson' }), /--etcd-prefix keelson is no path/)
})
