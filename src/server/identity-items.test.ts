import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { BackupItem } from '../storage/index.ts'
import { encryptionOfIdentity, forDirectory, forEtcd } from './identity-items.ts'
import { IDENTITY_ROW } from './pki/shared-identity.ts'

const root = mkdtempSync(join(tmpdir(), 'keelson-identity-items-'))
after(() => rmSync(root, { recursive: true }))
const newKey = (name: string) => {
  writeFileSync(join(root, name), randomBytes(32).toString('base64'))
  return join(root, name)
}
const [key, otherKey] = [newKey('key'), newKey('other')]

const secret = Buffer.alloc(32, 7).toString('base64')
const encryption = `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources: [{ resources: [secrets], providers: [{ aesgcm: { keys: [{ name: k, secret: ${secret} }] } }] }]`
const file = (path: string, text: string): BackupItem => ({
  type: 'file',
  file: { path, mode: 0o600, content: Buffer.from(text) },
})
const row = { key: '/a', version: 300, value: Buffer.from('1') }
const header: BackupItem = { type: 'header', header: { revision: 9, taken: 0 } }
const directory = [header, file('pki/ca.key', 'ca'), file('encryption.yaml', encryption), file('other', 'x')]
const rows: BackupItem = { type: 'rows', rows: [row] }

async function* stream(items: readonly BackupItem[]): AsyncGenerator<BackupItem> {
  yield* items
}

const inEtcd = (items: readonly BackupItem[], keyFile?: string) => Array.fromAsync(forEtcd(stream(items), keyFile))
const inDirectory = (items: readonly BackupItem[], keyFile?: string) =>
  Array.fromAsync(forDirectory(stream(items), keyFile))

test('the files of a directory become a sealed row in etcd, and files again in a directory', async () => {
  const there = await inEtcd([...directory, rows], key)
  const [identity] = there.flatMap((item) => (item.type === 'rows' ? item.rows : [])).slice(-1)
  assert.ok(identity?.key === IDENTITY_ROW && !identity.value.toString().includes('ca"'))
  assert.equal(
    there.some(({ type }) => type === 'file'),
    false,
  )
  const back = await inDirectory([header, { type: 'rows', rows: [identity, row] }], key)
  assert.deepEqual(back, [
    header,
    file('pki/ca.key', 'ca'),
    file('encryption.yaml', encryption),
    { type: 'rows', rows: [row] },
  ])
  const { readKeys } = await encryptionOfIdentity(async () => identity, key)
  assert.deepEqual([...readKeys.keys()], ['aesgcm:k'])
})

test('a key is needed, and the right one', async () => {
  await assert.rejects(inEtcd([...directory, rows]), /do not go to etcd in plain/)
  const sealed = (await inEtcd([...directory], key)).at(-1) as BackupItem
  await assert.rejects(inDirectory([header, sealed]), /are sealed in it/)
  await assert.rejects(inDirectory([header, sealed], otherKey), /does not hold the key/)
})

test('where operators hand the files out, a directory is made only with them', async () => {
  const fingerprint = { key: IDENTITY_ROW, version: 1, value: Buffer.from('{"fingerprint":"f"}') }
  const identity: BackupItem = { type: 'rows', rows: [fingerprint, row] }
  await assert.rejects(inDirectory([header, identity]), /operators hand them out/)
  assert.deepEqual(await inDirectory([...directory, identity]), [...directory, rows])
  assert.deepEqual(await inEtcd([header, identity]), [header, identity])
  await assert.rejects(
    encryptionOfIdentity(async () => fingerprint, key),
    /are not in it/,
  )
})
