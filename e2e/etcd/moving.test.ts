/** Stores as a whole: backed up from etcd and restored, moved from a data directory to etcd and back, and nothing half-made. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureAuthority, openServerStore, storeCommands } from '../../src/server/index.ts'
import {
  type BackupItem,
  backUp,
  isStoreError,
  lastVersionOf,
  makeStore,
  openStore,
  type Store,
} from '../../src/storage/index.ts'
import { bundlePath } from '../bundle.ts'
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts'
import { type EtcdCluster, startEtcd } from './cluster.ts'

let etcd: EtcdCluster
let folder: TemporaryFolder
before(async () => {
  folder = await temporaryFolder()
  etcd = await startEtcd({ fast: true })
  await writeFile(path('key'), randomBytes(32).toString('base64'))
})
after(async () => {
  await etcd[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const { signal } = new AbortController()
const path = (name: string) => join(folder.path, name)
const key = () => ({ sharedKeyFile: path('key') })
const at = (prefix: string) => ({ ...key(), etcd: { servers: etcd.urls, prefix } })

/** As a server opens it: with the authority, and Secrets encrypted. */
const serve = (prefix: string, data: string) =>
  openServerStore({
    ...{ store: 'etcd', dataDirectory: path(data), ...at(prefix), report: () => {}, warn: () => {}, signal },
  })
const serveDirectory = (data: string) =>
  openServerStore({ store: 'embedded', dataDirectory: path(data), report: () => {}, warn: () => {}, signal })

const put = (store: Store, key: string, value: string | Buffer) =>
  store.commit({ lane: 'one', preconditions: [], operations: [{ type: 'put', key, value: Buffer.from(value) }] })

async function fill(store: Store): Promise<void> {
  for (let n = 0; n < 300; n++) await put(store, `/core/configmaps/builtin/c/ns/${n}`, `map ${n}`)
  await put(store, '/core/secrets/builtin/c/ns/s', 'a secret')
  // Rows of a server begin with 1, and what is encrypted with 2.
  await put(store, '/large', Buffer.concat([Buffer.of(1), randomBytes(1_200_000)]))
}

/** What is large is told by its hash. */
const textOf = (value: Buffer): string =>
  value.length < 1_000 ? value.toString() : createHash('sha256').update(value).digest('hex')

/** What servers serve: rows of the store's own are left out. */
async function rowsOf(store: Store): Promise<string[]> {
  const rows: string[] = []
  let after: string | undefined
  for (;;) {
    const page = await store.range({ prefix: '/', limit: 1_000, ...(after !== undefined && { after }) })
    for (const { key, value } of page.rows) rows.push(`${key} ${textOf(value)}`)
    after = page.rows.at(-1)?.key
    if (!page.more) return rows
  }
}

const isCompacted = (error: unknown) => isStoreError(error, 'compacted')
const pki = (data: string) => readFile(path(`${data}/pki/ca.key`), 'utf8')

test('a backup of etcd is taken while servers write, and restored beside it: rows, keys, and a history that begins anew', async () => {
  await using store = await serve('/first', 'first')
  await fill(store)
  let writing = true
  const busy = (async () => {
    for (let n = 0; writing; n++) await put(store, '/busy', `${n}`)
  })()
  const backup = await storeCommands.backUp(at('/first'), path('etcd.backup'), signal)
  writing = false
  await busy
  assert.ok(backup.rows >= 302)
  const expected = (await rowsOf(store)).filter((row) => !row.startsWith('/busy'))
  assert.equal((await readFile(path('etcd.backup'))).includes('a secret'), false)

  const restored = await storeCommands.restore(path('etcd.backup'), at('/second'), signal)
  assert.ok(restored.revision > store.revision() + 900_000_000)
  await using again = await serve('/second', 'second')
  assert.equal(await pki('second'), await pki('first'))
  assert.deepEqual(
    (await rowsOf(again)).filter((row) => !row.startsWith('/busy')),
    expected,
  )
  assert.equal(again.compacted(), restored.revision)
  const watch = (after: number) => again.watch({ prefix: '/', after, deliver: () => {}, failed: () => {} })
  await assert.rejects(watch(lastVersionOf(store.revision())), isCompacted)
  await assert.rejects(again.range({ prefix: '/', limit: 1, at: restored.revision - 1 }), isCompacted)
  using _watch = await watch(lastVersionOf(again.revision()))
  const row = await again.get('/large')
  const written = await put(again, '/busy', 'anew')
  assert.ok(row && written.ok && row.version < lastVersionOf(restored.revision) && written.revision > restored.revision)
  await assert.rejects(storeCommands.restore(path('etcd.backup'), at('/second'), signal), /there is a store in etcd/)

  const report = await storeCommands.check(at('/second'), signal)
  assert.deepEqual([report.problems, report.encrypted, report.revision], [[], 1, written.revision])
  assert.ok((report.bytes ?? 0) > 1_000_000)
})

test('a backup of etcd makes a data directory, and needs the key that its servers have', async () => {
  await assert.rejects(
    storeCommands.restore(path('etcd.backup'), { directory: path('no-key') }, signal),
    /sealed in it/,
  )
  const names = await readdir(folder.path)
  assert.deepEqual(
    names.filter((name) => name.startsWith('no-key')),
    [],
  )
  await storeCommands.restore(path('etcd.backup'), { directory: path('alone'), ...key() }, signal)
  assert.equal(await pki('alone'), await pki('first'))
  await using store = await serveDirectory('alone')
  assert.equal((await store.get('/core/secrets/builtin/c/ns/s'))?.value.toString(), 'a secret')
  assert.equal(await store.get('!identity/shared'), undefined)
})

test('a data directory moves to etcd and back: rows and keys are the same, revisions only grow', async () => {
  const revisions: number[] = []
  let expected: string[]
  {
    await using store = await serveDirectory('home')
    await ensureAuthority(path('home'))
    await fill(store)
    expected = await rowsOf(store)
    revisions.push(store.revision())
    const moving = storeCommands.migrate({ directory: path('home') }, at('/moved'), signal)
    await assert.rejects(moving, /is in use by process/)
  }
  const keyless = { etcd: at('/moved').etcd }
  await assert.rejects(
    storeCommands.migrate({ directory: path('home') }, keyless, signal),
    /do not go to etcd in plain/,
  )
  revisions.push((await storeCommands.migrate({ directory: path('home') }, at('/moved'), signal)).revision)
  {
    await using store = await serve('/moved', 'moved')
    assert.deepEqual(await rowsOf(store), expected)
    await put(store, '/new', 'here')
    revisions.push(store.revision())
  }
  revisions.push((await storeCommands.migrate(at('/moved'), { directory: path('back') }, signal)).revision)
  await using store = await serveDirectory('back')
  assert.equal(store.revision(), revisions.at(-1))
  assert.deepEqual(await rowsOf(store), [...expected, '/new here'])
  assert.deepEqual(
    revisions.toSorted((a, b) => a - b),
    revisions,
  )
  assert.equal(await pki('back'), await pki('home'))
})

test('what is interrupted leaves nothing, or can be done again; no server begins on what is half there', async () => {
  const rows = (n: number): BackupItem => ({
    type: 'rows',
    rows: Array.from({ length: 500 }, (_, i) => ({ key: `/r/${n}/${i}`, version: 0, value: Buffer.from('x') })),
  })
  const header = { type: 'header', header: { revision: 7, taken: Date.now() } } as const
  const place = { engine: 'etcd', servers: etcd.urls, prefix: '/half' } as const
  const open = () => openStore(place)
  async function* broken(): AsyncGenerator<BackupItem> {
    yield* [header, rows(1), rows(2)]
    await assert.rejects(open(), /is no whole store: a restore or migration into it goes on/)
    throw new Error('the source is gone')
  }
  await assert.rejects(makeStore(place, broken(), signal), /the source is gone/)
  // Whoever comes later does it in the place of the one that does not go on, which then changes nothing any more.
  const stuck = Promise.withResolvers<void>()
  const claimed = Promise.withResolvers<void>()
  async function* waiting(): AsyncGenerator<BackupItem> {
    yield* [header, rows(3), rows(4)]
    claimed.resolve()
    await stuck.promise
    yield rows(5)
  }
  const overtaken = makeStore(place, waiting(), signal)
  await claimed.promise
  async function* whole(): AsyncGenerator<BackupItem> {
    yield* [header, rows(6)]
  }
  await makeStore(place, whole(), signal)
  stuck.resolve()
  await assert.rejects(overtaken, /somebody else has begun to fill/)
  await using store = await open()
  assert.equal(await store.count('/r/'), 500)
  assert.equal(await store.count('/r/6/'), 500)
})

test('a restore that is killed, wherever it was, is done again or was done', async (t) => {
  const many = 30_000
  async function* items(): AsyncGenerator<BackupItem> {
    yield { type: 'header', header: { revision: 7, taken: Date.now() } }
    const value = Buffer.alloc(300, 1)
    for (let n = 0; n < many; n += 1_000)
      yield { type: 'rows', rows: Array.from({ length: 1_000 }, (_, i) => ({ key: `/r/${n + i}`, version: 0, value })) }
  }
  const file = path('many.backup')
  await backUp(items(), file, signal)
  let halfDone = 0
  for (const [n, milliseconds] of [600, 1_000].entries()) {
    const to = at(`/killed-${n}`)
    const flags = ['--from', file, '--store', `etcd://${new URL(etcd.urls[0] as string).host}`]
    const child = spawn(process.execPath, [await bundlePath(), 'restore', ...flags, '--etcd-prefix', to.etcd.prefix])
    const ended = once(child, 'exit')
    await sleep(milliseconds)
    child.kill('SIGKILL')
    await ended
    const found = await storeCommands.check({ ...to, directory: folder.path }, signal).then(
      () => 'whole',
      (error) => (/no whole store/.test(error.message) ? 'half' : 'nothing'),
    )
    if (found === 'half') halfDone++
    if (found !== 'whole') await storeCommands.restore(file, to, signal)
    await using store = await openStore({ engine: 'etcd', servers: etcd.urls, prefix: to.etcd.prefix })
    assert.equal(await store.count('/r/'), many)
  }
  t.diagnostic(`${halfDone} were half done`)
})

test('one compaction forgets the history; servers go on', async () => {
  await using store = await serve('/first', 'first')
  const before = store.revision()
  await put(store, '/after', 'compaction')
  const { revision } = await storeCommands.compact(at('/first'))
  await store.fresh?.()
  assert.equal(revision, store.revision())
  await using late = await serve('/first', 'first')
  assert.ok(late.compacted() > before)
  await put(store, '/and', 'on')
})
