import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { readDirectory } from '../backup/read-directory.ts'
import { put, readAll, write } from '../conformance/harness.ts'
import { openStore } from '../open.ts'
import { parseEncryption } from './configuration.ts'
import { keyIdOf } from './seal.ts'

const root = mkdtempSync(join(tmpdir(), 'keelson-rotation-'))
after(() => rmSync(root, { recursive: true }))

const key = (name: string, n: number) => `{ name: ${name}, secret: ${Buffer.alloc(32, n).toString('base64')} }`
const configuration = (...keys: string[]) =>
  parseEncryption(
    `
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources: [{ resources: [secrets], providers: [{ aesgcm: { keys: [${keys.join(', ')}] } }] }]`,
    'enc.yaml',
  )
const SECRETS = '/core/secrets/builtin/c/ns/'
const ROWS = 700

/** Opens it as a server does, and says how many rows were rewritten; 0 when there was nothing to look at. */
async function open(directory: string, encryption: ReturnType<typeof configuration>) {
  const rewritten = Promise.withResolvers<number>()
  const rewriting = { rewritten: rewritten.resolve, failed: rewritten.reject }
  const store = await openStore({ engine: 'embedded', directory, encryption, rewriting })
  return { store, rewritten: rewritten.promise }
}

test('after a rotation all rows are written with the new key while the store serves, once', async () => {
  const directory = mkdtempSync(join(root, 'store-'))
  const [old, both, fresh] = [
    configuration(key('old', 1)),
    configuration(key('new', 2), key('old', 1)),
    configuration(key('new', 2)),
  ]
  {
    const { store } = await open(directory, old)
    await using _store = store
    for (let n = 0; n < ROWS; n += 100)
      await write(store, ...Array.from({ length: 100 }, (_, i) => put(`${SECRETS}${n + i}`, `secret ${n + i}`)))
  }
  {
    const { store, rewritten } = await open(directory, both)
    await using _store = store
    let busy = true
    const writing = (async () => {
      for (let n = 0; busy; n++) await write(store, put(`${SECRETS}${n % ROWS}`, `secret ${n % ROWS}`))
    })()
    assert.ok((await rewritten) > 0)
    busy = false
    await writing
  }
  {
    await using raw = await openStore({ engine: 'embedded', directory })
    const keys = (await readAll(raw, SECRETS)).map(({ value }) => keyIdOf(value))
    assert.deepEqual([keys.length, new Set(keys)], [ROWS, new Set(['aesgcm:new'])])
  }
  const { store } = await open(directory, fresh)
  await using _store = store
  assert.equal((await store.get(`${SECRETS}${ROWS - 1}`))?.value.toString(), `secret ${ROWS - 1}`)
})

test('a store that ends meanwhile does it after its next start', async () => {
  const directory = mkdtempSync(join(root, 'store-'))
  {
    const { store } = await open(directory, configuration(key('old', 1)))
    await using _store = store
    await write(store, put(`${SECRETS}1`, 'secret'))
  }
  const both = configuration(key('new', 2), key('old', 1))
  {
    const { store } = await open(directory, both)
    await store[Symbol.asyncDispose]()
  }
  const { store } = await open(directory, both)
  await using _store = store
  const keys = async () => {
    for await (const item of readDirectory(directory)) {
      const row = item.type === 'rows' ? item.rows.find(({ key }) => key.startsWith(SECRETS)) : undefined
      if (row !== undefined) return keyIdOf(row.value)
    }
    return undefined
  }
  while ((await keys()) !== 'aesgcm:new') await nextTurn()
})
