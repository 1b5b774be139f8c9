import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openStore, readEncryption } from '../../storage/index.ts'
import { ensureSharedIdentity } from './shared-identity.ts'

const root = mkdtempSync(join(tmpdir(), 'keelson-identity-'))
after(() => rmSync(root, { recursive: true }))

const newDirectory = () => mkdtempSync(join(root, 'data-'))
const FILES = ['pki/ca.key', 'pki/ca.crt', 'pki/sa.key', 'encryption.yaml', '.admin-token-store', 'admin.kubeconfig']

function newKey(): string {
  const path = join(newDirectory(), 'key')
  writeFileSync(path, randomBytes(32).toString('base64'))
  return path
}

async function setUp() {
  const store = await openStore({ engine: 'memory' })
  const join = (directory: string, keyFile?: string) =>
    ensureSharedIdentity({
      ...{ store, directory, makeEncryption: () => readEncryption(directory) },
      ...(keyFile !== undefined && { keyFile }),
    })
  return { store, join }
}

test('a process with the key and an empty directory gets the files of the first, and no other key opens them', async () => {
  const { store, join: joinStore } = await setUp()
  await using _store = store
  const [first, second, key] = [newDirectory(), newDirectory(), newKey()]
  await joinStore(first, key)
  await joinStore(second, key)
  for (const file of FILES)
    assert.equal(readFileSync(join(second, file), 'utf8'), readFileSync(join(first, file), 'utf8'))
  await joinStore(second, key)
  const stranger = newDirectory()
  await assert.rejects(joinStore(stranger, newKey()), { message: /does not hold the key/ })
  assert.deepEqual(readdirSync(join(stranger, 'pki')), [])
  const row = (await store.get('!identity/shared'))?.value.toString() ?? ''
  for (const line of readFileSync(join(first, 'pki/ca.key'), 'utf8').split('\n').filter(Boolean))
    assert.ok(!row.includes(line), 'nothing lies there in plain')
})

test('without a key the files are handed out by the operator, and a process with others is refused', async () => {
  const { store, join: joinStore } = await setUp()
  await using _store = store
  const [first, second] = [newDirectory(), newDirectory()]
  await joinStore(first)
  await joinStore(first)
  await assert.rejects(joinStore(second), { name: 'KeelsonError', message: /does not belong to the store/ })
  for (const file of FILES) writeFileSync(join(second, file), readFileSync(join(first, file)))
  await joinStore(second)
})

test('of processes that begin an empty store at once, one makes what all have', async () => {
  const { store, join: joinStore } = await setUp()
  await using _store = store
  const key = newKey()
  const directories = [newDirectory(), newDirectory(), newDirectory()]
  await Promise.all(directories.map((directory) => joinStore(directory, key)))
  assert.equal(new Set(directories.map((directory) => readFileSync(join(directory, 'pki/ca.crt'), 'utf8'))).size, 1)
})

test('a key that is short or absent is refused, with how to make one', async () => {
  const { store, join: joinStore } = await setUp()
  await using _store = store
  const short = join(newDirectory(), 'short')
  writeFileSync(short, 'c2VjcmV0')
  await assert.rejects(joinStore(newDirectory(), short), { remedy: /urandom/ })
  await assert.rejects(joinStore(newDirectory(), `${short}-none`), { message: /does not exist/ })
})
