import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readKubeconfig } from '../../client/index.ts'
import { connect } from './connection.ts'
import { selfContainedConfig, trustedConfig } from './kubeconfig.ts'

const CA = Buffer.from('-----BEGIN CERTIFICATE-----\n').toString('base64')

function kubeconfig(cluster: object, user: object = { token: 'a-token' }): string {
  return JSON.stringify({
    clusters: [{ name: 'production', cluster: { server: 'https://api.example.com:6443', ...cluster } }],
    users: [{ name: 'admin', user }],
    contexts: [{ name: 'one', context: { cluster: 'production', user: 'admin' } }],
    'current-context': 'one',
  })
}

test('a kubeconfig with all that it needs is a connection', () => {
  const config = selfContainedConfig(kubeconfig({ 'certificate-authority-data': CA }), 'Secret default/production')
  assert.equal(config.server, 'https://api.example.com:6443')
  assert.equal(config.token, 'a-token')
})

const REFUSED = [
  ['no authority', kubeconfig({}), /Secret default\/x: certificate-authority-data is missing/],
  [
    'whoever answers',
    kubeconfig({ 'certificate-authority-data': CA, 'insecure-skip-tls-verify': true }),
    /insecure-skip-tls-verify/,
  ],
  [
    'an authority in a file',
    kubeconfig({ 'certificate-authority': '/etc/ssl/ca.pem' }),
    /certificate-authority: names a/,
  ],
  [
    'a key in a file',
    kubeconfig({ 'certificate-authority-data': CA }, { 'client-key': 'k' }),
    /client-key: names a file/,
  ],
  [
    'a token in a file',
    kubeconfig({ 'certificate-authority-data': CA }, { tokenFile: '/t' }),
    /tokenFile: names a file/,
  ],
  [
    'a program',
    kubeconfig({ 'certificate-authority-data': CA }, { exec: { command: 'sh' } }),
    /exec: credential plugins are not supported/,
  ],
  ['plain HTTP', kubeconfig({ server: 'http://api.example.com' }), /is no https URL/],
  ['no YAML', '{', /error loading config file Secret default\/x:1/],
] as const

for (const [what, text, expected] of REFUSED) {
  test(`what a tenant hands in is refused with ${what}`, () => {
    assert.throws(() => selfContainedConfig(text, 'Secret default/x'), expected)
  })
}

test('a file of whoever runs the command may name others beside it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-existing-'))
  try {
    writeFileSync(join(folder, 'ca.pem'), '-----BEGIN CERTIFICATE-----\n')
    const file = join(folder, 'config')
    writeFileSync(file, kubeconfig({ 'certificate-authority': 'ca.pem' }))
    assert.match(String(trustedConfig(readKubeconfig({ file, env: {} })).ca), /BEGIN CERTIFICATE/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('nobody makes the server connect to an address that it does not allow', async () => {
  const deny = () => false
  const ca = CA
  assert.throws(() => connect({ server: 'https://127.0.0.1:6443', ca }, deny), /address 127.0.0.1 is not allowed/)
  assert.throws(() => connect({ server: 'https://[::1]:6443', ca }, deny), /address ::1 is not allowed/)
})
