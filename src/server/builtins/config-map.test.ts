import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMap } from './config-map.ts'
import { cellsOf, faultsOf, updated } from './try-write.ts'

const KEY =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
const MIB = 1024 * 1024

const CASES: readonly (readonly [string, Record<string, unknown>, string[]])[] = [
  ['keys of letters, digits, dashes, underscores and dots', { data: { 'a-B_1.c': '' } }, []],
  ['a key with a space', { data: { 'a b': '' } }, [`data[a b]: Invalid value: "a b": ${KEY}`]],
  ['a key that is a dot', { data: { '.': '' } }, [`data[.]: Invalid value: ".": must not be '.'`]],
  ['a key that is two dots', { data: { '..': '' } }, [`data[..]: Invalid value: "..": must not be '..'`]],
  [
    'a key that leaves its folder',
    { data: { '..a': '' } },
    [`data[..a]: Invalid value: "..a": must not start with '..'`],
  ],
  [
    'a key of more than 253 bytes',
    { binaryData: { ['k'.repeat(254)]: '' } },
    [`binaryData[${'k'.repeat(254)}]: Invalid value: "${'k'.repeat(254)}": must be no more than 253 characters`],
  ],
  [
    'a key that is in both',
    { data: { a: '' }, binaryData: { a: '' } },
    ['data[a]: Invalid value: "a": duplicate of key present in binaryData'],
  ],
  ['a mebibyte of data', { data: { a: 'x'.repeat(MIB) } }, []],
  [
    'a byte more than a mebibyte',
    { data: { a: 'x'.repeat(MIB) }, binaryData: { b: 'AA==' } },
    [`[]: Too long: may not be more than ${MIB} bytes`],
  ],
]

for (const [what, fields, faults] of CASES) {
  test(`a config map with ${what} is ${faults.length === 0 ? 'valid' : 'refused'}`, () => {
    assert.deepEqual(faultsOf(configMap, fields), faults)
  })
}

test('an immutable config map keeps its data and stays immutable', () => {
  const old = { immutable: true, data: { a: '1' } }
  assert.deepEqual(updated(configMap, old, old).faults, [])
  assert.deepEqual(updated(configMap, old, { data: { a: '2' }, binaryData: { b: '' } }).faults, [
    'immutable: Forbidden: field is immutable when `immutable` is set',
    'data: Forbidden: field is immutable when `immutable` is set',
    'binaryData: Forbidden: field is immutable when `immutable` is set',
  ])
})

test('every namespace has the certificate of the API server', () => {
  const scope = { cluster: 'c', creationTimestamp: '2026-01-01T00:00:00Z', namespace: 'shop', rootCertificate: 'PEM' }
  const [object] = configMap.strategy.virtual?.(scope) ?? []
  assert.equal(object?.metadata.name, 'kube-root-ca.crt')
  assert.equal(object?.metadata.namespace, 'shop')
  assert.deepEqual(object?.data, { 'ca.crt': 'PEM' })
  assert.match(object?.metadata.annotations?.['kubernetes.io/description'] ?? '', /^Contains a CA bundle/)
})

test('kubectl counts the keys of both kinds of data', () => {
  assert.equal(cellsOf(configMap, { data: { a: '', b: '' }, binaryData: { c: '' } }).Data, 3)
})
