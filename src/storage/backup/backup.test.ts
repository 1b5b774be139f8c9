import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { put, readAll, remove, write } from '../conformance/harness.ts'
import { readEncryption } from '../encryption/key-file.ts'
import { isStoreError } from '../errors.ts'
import { checkStore } from '../maintenance/check.ts'
import { compactStore } from '../maintenance/compact.ts'
import { rewriteStore } from '../maintenance/rewrite.ts'
import { openStore } from '../open.ts'
import { lastVersionOf, type Store } from '../store.ts'
import { backUp } from './back-up.ts'
import { readBackup, verifyBackup } from './format.ts'
import { makeDirectory, restoredRevision } from './make-directory.ts'
import { readDirectory } from './read-directory.ts'

const root = mkdtempSync(join(tmpdir(), 'keelson-backup-'))
after(() => rmSync(root, { recursive: true }))

const { signal } = new AbortController()
const newDirectory = () => mkdtempSync(join(root, 'data-'))
const restore = async (file: string, directory: string) => {
  await verifyBackup(file, signal)
  return makeDirectory(readBackup(file, signal), directory)
}
const open = (directory: string) => openStore({ engine: 'embedded', directory, encryption: readEncryption(directory) })
const wholeOf = async (store: Store) => (await readAll(store, '')).map(({ key, value }) => `${key} ${value}`)

describe('a backup', () => {
  const directory = newDirectory()
  const file = join(root, 'backup')
  let store: Store
  let expected: string[] = []
  let revision = 0
  before(async () => {
    mkdirSync(join(directory, 'pki'))
    writeFileSync(join(directory, 'pki', 'ca.key'), 'a key', { mode: 0o600 })
    store = await open(directory)
    for (let n = 0; n < 300; n++)
      await write(store, put(`/core/secrets/builtin/c/ns/${n}`, `secret-${n}`), put('!count', `${n}`))
    await write(store, put('/large', 'x'.repeat(1_000_000)), remove('/core/secrets/builtin/c/ns/7'))
  })
  after(() => store[Symbol.asyncDispose]())

  test('is taken while the server writes, and is the picture of one moment', async () => {
    let writing = true
    const busy = (async () => {
      for (let n = 0; writing; n++) await write(store, put('/one', `${n}`), put('/other', `${n}`))
    })()
    const backup = await backUp(readDirectory(directory), file, signal)
    writing = false
    await busy
    revision = backup.revision
    expected = (await readAll(store, '', 1_000, revision)).map(({ key, value }) => `${key} ${value}`)
    assert.equal(backup.rows, expected.length)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(readFileSync(file).includes('secret-1'), false)
    assert.deepEqual(
      readdirSync(root).filter((name) => name.endsWith('.partial')),
      [],
    )
  })

  test('is restored by one at a time into one directory, and goes on where one was cut off', async () => {
    const target = join(root, 'restored-by-two')
    mkdirSync(`${target}.restoring`)
    writeFileSync(join(`${target}.restoring`, 'store.db'), 'half of it')
    const goesOn = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    async function* slowly() {
      begun.resolve()
      await goesOn.promise
      yield* readBackup(file, signal)
    }
    const first = makeDirectory(slowly(), target)
    await begun.promise
    await assert.rejects(restore(file, target), { name: 'KeelsonError', message: /is being made by another/ })
    goesOn.resolve()
    await first
    await assert.rejects(restore(file, target), { name: 'KeelsonError', message: /is not empty/ })
    assert.deepEqual(checkStore(target, undefined).problems, [])
    await using again = await open(target)
    assert.deepEqual(await wholeOf(again), expected)
  })

  test('is restored: rows, keys and files, above every revision that there was, with no history', async () => {
    const target = join(root, 'restored')
    const restored = await restore(file, target)
    assert.ok(restored.revision > store.revision() + 1_000_000)
    assert.equal(readFileSync(join(target, 'pki', 'ca.key'), 'utf8'), 'a key')
    assert.equal(statSync(join(target, 'pki', 'ca.key')).mode & 0o777, 0o600)
    assert.deepEqual(checkStore(target, undefined).problems, [])
    for (let start = 0; start < 2; start++) {
      await using again = await open(target)
      assert.equal(again.revision(), restored.revision + start)
      assert.equal(again.compacted(), restored.revision + start)
      assert.deepEqual(await wholeOf(again), expected)
      const isCompacted = (error: unknown) => isStoreError(error, 'compacted')
      const watch = (after: number) => again.watch({ prefix: '/', after, deliver: () => {}, failed: () => {} })
      await assert.rejects(watch(lastVersionOf(store.revision())), isCompacted)
      await assert.rejects(again.range({ prefix: '/', limit: 1, at: revision }), isCompacted)
      using _watch = await watch(lastVersionOf(again.revision()))
      assert.equal(
        await write(again, put('/one', 'restored'), put('/other', 'restored')),
        restored.revision + start + 1,
      )
      expected = await wholeOf(again)
      await again.compact(again.revision())
    }
  })

  test('replaces nothing, neither when it is taken nor when it is restored', async () => {
    await assert.rejects(backUp(readDirectory(directory), file, signal), /backup is there already/)
    writeFileSync(`${file}-2.partial`, '')
    const again = backUp(readDirectory(directory), `${file}-2`, signal)
    await assert.rejects(again, /-2\.partial is there: a backup to .* is being taken, or was interrupted/)
    rmSync(`${file}-2.partial`)
    await assert.rejects(restore(file, directory), /is not empty/)
  })

  test('that is cut off, changed, of a newer format, or no backup is refused, and leaves no directory', async () => {
    const whole = readFileSync(file)
    const changed = Buffer.from(whole)
    const middle = Math.floor(whole.length / 2)
    changed[middle] = (changed[middle] ?? 0) ^ 1
    for (const content of [
      whole.subarray(0, middle),
      whole.subarray(0, -30),
      changed,
      Buffer.from('no backup'),
      Buffer.alloc(0),
    ]) {
      const damaged = join(root, 'damaged')
      writeFileSync(damaged, content)
      const target = join(root, 'from-damaged')
      await assert.rejects(restore(damaged, target), { name: 'KeelsonError', message: /is damaged/ })
      assert.equal(
        readdirSync(root).some((name) => name.startsWith('from-damaged')),
        false,
      )
    }
    await assert.rejects(restore(join(root, 'none'), join(root, 'x')), /none cannot be read: ENOENT/)
    await assert.rejects(backUp(readDirectory(root), join(root, 'y'), signal), /is no data directory/)
  })
})

test('a restored revision grows with the time since the backup, and does not fall when the clock is set back', () => {
  const header = { revision: 5, taken: 1_000_000 }
  assert.equal(restoredRevision(header, 1_000_000 + 3_600_000), 5 + 1_000_000_000 + 3_600 * 20_000)
  assert.equal(restoredRevision(header, 0), 5 + 1_000_000_000)
})

describe('keeping a store', () => {
  test('a check tells what there is and what is wrong', async () => {
    const directory = newDirectory()
    const store = await open(directory)
    await write(store, put('/core/secrets/builtin/c/ns/a'), put('/b'))
    await write(store, put('/b', 'again'))
    const { revision, rows, encrypted, keys, history, problems } = checkStore(directory, undefined)
    assert.deepEqual([revision, rows, encrypted, Object.values(keys), history, problems], [3, 2, 1, [1], 3, []])
    await store[Symbol.asyncDispose]()
    const key = readFileSync(join(directory, 'encryption.yaml'))
    rmSync(join(directory, 'encryption.yaml'))
    assert.match(
      String(checkStore(directory, undefined).problems),
      /is encrypted with the key aesgcm:key-[0-9a-f]{8}, which the encryption configuration lacks/,
    )
    writeFileSync(join(directory, 'encryption.yaml'), key)
    const { DatabaseSync } = await import('node:sqlite')
    {
      using db = new DatabaseSync(join(directory, 'store.db'))
      db.exec("DELETE FROM log WHERE key = '/b'")
    }
    assert.deepEqual(checkStore(directory, undefined).problems, ['the row /b has no value'])
  })

  test('a compaction forgets the history and gives its space back', async () => {
    const directory = newDirectory()
    const store = await open(directory)
    for (let n = 0; n < 30; n++) await write(store, put('/a', `${n}`.repeat(100_000)))
    assert.throws(() => compactStore(directory), /is in use by process/)
    await store[Symbol.asyncDispose]()
    const { bytesBefore, bytesAfter, revision } = compactStore(directory)
    assert.ok(bytesAfter * 5 < bytesBefore, `${bytesBefore} to ${bytesAfter}`)
    await using again = await open(directory)
    assert.equal(again.revision(), revision)
    assert.equal(again.compacted(), revision)
    assert.equal((await again.get('/a'))?.value.length, 200_000)
    assert.throws(() => compactStore(root), /is no data directory/)
  })

  test('a rewrite leaves no byte of what was not encrypted', async () => {
    const directory = newDirectory()
    {
      await using plain = await openStore({ engine: 'embedded', directory })
      for (let n = 0; n < 50; n++) await write(plain, put(`/core/secrets/builtin/c/ns/${n}`, `plain-${n}`))
      await write(plain, put('/core/secrets/builtin/c/ns/1', 'plain-again'), remove('/core/secrets/builtin/c/ns/2'))
    }
    assert.equal(await rewriteStore(directory, undefined, signal), 49)
    for (const name of readdirSync(directory))
      assert.equal(readFileSync(join(directory, name)).includes('plain-'), false, name)
    await using store = await open(directory)
    assert.equal(String((await store.get('/core/secrets/builtin/c/ns/1'))?.value), 'plain-again')
  })
})
