import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secret } from './secret.ts'
import { cellsOf, contextFor, faultsOf, objectOf, prepared, updated } from './try-write.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

test('a secret without a type is opaque', () => {
  assert.equal(prepared(secret, {}).type, 'Opaque')
})

test('stringData ends up in data, over what is there, and is never stored', () => {
  const object = prepared(secret, { data: { a: base64('1'), b: base64('2') }, stringData: { b: 'ä', c: '' } })
  assert.deepEqual(object.data, { a: base64('1'), b: base64('ä'), c: '' })
  assert.equal('stringData' in object, false)
  const update = objectOf(secret, { stringData: { a: 'new' } })
  secret.strategy.prepareForUpdate?.(update, object, {} as never)
  assert.deepEqual(update.data, { a: base64('new') })
})

test('stringData that is no text is left for the schema to refuse', () => {
  assert.deepEqual(prepared(secret, { stringData: { a: 1 } }).stringData, { a: 1 })
})

const NAME = 'kubernetes.io/service-account.name'
const CASES: readonly (readonly [string, Record<string, unknown>, string[]])[] = [
  ['kubernetes.io/tls', {}, ['data[tls.crt]: Required value', 'data[tls.key]: Required value']],
  ['kubernetes.io/tls', { data: { 'tls.crt': '', 'tls.key': '' } }, []],
  ['kubernetes.io/basic-auth', {}, ['data[username]: Required value', 'data[password]: Required value']],
  ['kubernetes.io/basic-auth', { data: { password: '' } }, []],
  ['kubernetes.io/ssh-auth', { data: { 'ssh-privatekey': '' } }, ['data[ssh-privatekey]: Required value']],
  ['kubernetes.io/dockerconfigjson', {}, ['data[.dockerconfigjson]: Required value']],
  ['kubernetes.io/dockerconfigjson', { data: { '.dockerconfigjson': base64('{}') } }, []],
  [
    'kubernetes.io/dockercfg',
    { data: { '.dockercfg': base64('{') } },
    ['data[.dockercfg]: Invalid value: "<secret contents redacted>": unexpected end of JSON input'],
  ],
  ['kubernetes.io/service-account-token', {}, [`metadata.annotations[${NAME}]: Required value`]],
  ['example.com/anything', { data: { any: '' } }, []],
]

for (const [type, fields, faults] of CASES) {
  test(`a secret of type ${type} with ${JSON.stringify(fields)} is ${faults.length === 0 ? 'valid' : 'refused'}`, () => {
    assert.deepEqual(faultsOf(secret, { type, ...fields }), faults)
  })
}

test('the type never changes, and neither does data of an immutable secret', () => {
  assert.deepEqual(updated(secret, { type: 'a/b' }, { type: 'c/d' }).faults, [
    'type: Invalid value: "c/d": field is immutable',
  ])
  assert.deepEqual(updated(secret, { immutable: true }, { immutable: true, stringData: { a: 'b' } }).faults, [
    'data: Forbidden: field is immutable when `immutable` is set',
  ])
})

test('values count by their decoded size', () => {
  const mebibyte = Buffer.alloc(1024 * 1024)
  assert.deepEqual(faultsOf(secret, { data: { a: mebibyte.toString('base64') } }), [])
  assert.deepEqual(faultsOf(secret, { data: { a: mebibyte.toString('base64'), b: base64('x') } }), [
    'data: Too long: may not be more than 1048576 bytes',
  ])
})

test('kubectl shows type and number of keys', () => {
  assert.deepEqual(cellsOf(secret, { type: 'Opaque', data: { a: '' } }), {
    Name: 'test',
    Type: 'Opaque',
    Data: 1,
    Age: '<unknown>',
  })
})

test('a pair for TLS that nobody could serve with is warned of, and nothing else is', () => {
  const data = { 'tls.crt': base64('a'), 'tls.key': '' }
  const warningsOf = (type: string) => secret.strategy.warn?.(objectOf(secret, { type, data }), undefined, contextFor())
  assert.deepEqual(warningsOf('kubernetes.io/tls'), ['tls: failed to find any PEM data in certificate input'])
  assert.deepEqual(warningsOf('Opaque'), [])
})
