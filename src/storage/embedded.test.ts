import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { KeelsonError } from '../machinery/index.ts'
import { commitOf, inWords, put, readAll, remove, removeAll, until, watchAll, write } from './conformance/harness.ts'
import { describeStore } from './conformance.ts'
import type { EmbeddedConfig } from './embedded/engine.ts'
import { isStoreError } from './errors.ts'
import { openStore } from './open.ts'
import { versionOf } from './store.ts'

const root = mkdtempSync(join(tmpdir(), 'keelson-store-'))
after(() => rmSync(root, { recursive: true }))

const newDirectory = () => mkdtempSync(join(root, 'store-'))
const open = (directory: string, faults: EmbeddedConfig['faults'] = {}) =>
  openStore({ engine: 'embedded', directory, faults })
const database = (directory: string) => new DatabaseSync(join(directory, 'store.db'))

describeStore('embedded', () => open(newDirectory()), 15)

describe('what a restart leaves', () => {
  test('rows, revision, history and watches are there again', async () => {
    const directory = newDirectory()
    const first = await open(directory)
    await write(first, put('/a', 'a1'), put('/b', 'b1'), put('/c/1'), put('/c/2'))
    await write(first, put('/a', 'a2'), remove('/b'))
    await write(first, removeAll('/c/'))
    const before = await watchAll(first, '/', 0)
    await before.caughtUp()
    const states = await Promise.all([1, 2, 3, 4].map((revision) => readAll(first, '/', 2, revision)))
    await first[Symbol.asyncDispose]()

    await using second = await open(directory)
    assert.equal(second.revision(), 4)
    assert.deepEqual(await Promise.all([1, 2, 3, 4].map((revision) => readAll(second, '/', 2, revision))), states)
    using seen = await watchAll(second, '/', 0)
    await seen.caughtUp()
    assert.deepEqual(seen.changes, before.changes)
    assert.equal(await write(second, put('/d')), 5)
    assert.equal(inWords(seen.changes.at(-1) as never), '1280 /d - > /d')
  })

  test('no revision is given twice, whatever was deleted and compacted', async () => {
    const directory = newDirectory()
    const first = await open(directory)
    await write(first, put('/a'))
    await write(first, remove('/a'))
    await write(first, remove('/never'))
    await first.compact(first.revision())
    await logHasAtMost(directory, 1)
    await first[Symbol.asyncDispose]()
    await using second = await open(directory)
    assert.equal(second.revision(), 4)
    assert.equal(second.compacted(), 4)
    await assert.rejects(second.range({ prefix: '/', limit: 1, at: 3 }), (error) => isStoreError(error, 'compacted'))
    assert.deepEqual(await readAll(second, '/'), [])
  })
})

describe('compaction', () => {
  test('what is superseded is freed, what is current stays', async () => {
    const directory = newDirectory()
    await using store = await open(directory)
    for (let n = 0; n < 1_200; n += 2)
      await Promise.all([write(store, put('/a', `${n}`)), write(store, put('/b', `${n}`))])
    for (let n = 0; n < 10; n++) await write(store, ...Array.from({ length: 100 }, (_, i) => put(`/sweep/${n}/${i}`)))
    await write(store, removeAll('/sweep/'), put('/c'))
    await store.compact(store.revision())
    // The last revision's own changes are kept: 1,000 deletions with the states before them, their row, and /c.
    await logHasAtMost(directory, 2 + 1_000 + 1 + 1)
    const last = await write(store, put('/d'))
    await store.compact(last)
    await logHasAtMost(directory, 4)
    assert.deepEqual(
      (await readAll(store, '/')).map(({ key, value }) => `${key} ${value}`),
      ['/a 1198', '/b 1198', '/c /c', '/d /d'],
    )
    using left = database(directory)
    assert.equal(left.prepare('SELECT count(*) AS n FROM gone').get()?.n, 0)
  })
})

describe('a directory that cannot be used', () => {
  test('one that is in use is refused, with the process that has it', async () => {
    const directory = newDirectory()
    await using _store = await open(directory)
    const refused = {
      name: 'KeelsonError',
      message: `the data directory ${directory} is in use by process ${process.pid}`,
    }
    await assert.rejects(open(directory), refused)
    const other = await runScript(`await openStore({ engine: 'embedded', directory: ${JSON.stringify(directory)} })`)
    assert.match(other.stderr, new RegExp(`KeelsonError.*${refused.message}`))
  })

  test('one that was in use can be opened as soon as it is closed', async () => {
    const directory = newDirectory()
    for (let n = 2; n < 5; n++) {
      await using store = await open(directory)
      assert.equal(await write(store, put('/a')), n)
    }
  })

  test('one of a newer format is refused', async () => {
    const directory = newDirectory()
    await (await open(directory))[Symbol.asyncDispose]()
    using db = database(directory)
    db.exec("UPDATE meta SET value = 3 WHERE name = 'format'")
    await assert.rejects(open(directory), /has format 3, this version of Keelson knows formats up to 2/)
  })

  test('one of an older format is brought forward', async () => {
    const directory = newDirectory()
    const first = await open(directory)
    await write(first, put('/a'))
    await first[Symbol.asyncDispose]()
    {
      using db = database(directory)
      db.exec("DROP TABLE cuts; UPDATE meta SET value = 1 WHERE name = 'format'")
    }
    await using store = await open(directory)
    assert.equal(await write(store, put('/b')), 3)
    assert.equal((await readAll(store, '/')).length, 2)
  })

  test('one that cannot be made or written to is refused', async () => {
    const file = join(newDirectory(), 'file')
    writeFileSync(file, '')
    for (const directory of [file, join(file, 'below')]) {
      await assert.rejects(open(directory), {
        message: `the data directory ${directory} is or lies below a file that is no directory`,
        remedy: 'remove that file, or choose another data directory',
      })
    }
    const directory = newDirectory()
    mkdirSync(join(directory, 'store.db'))
    await assert.rejects(open(directory), isUnwritable(directory))
  })

  test('one in which this user may not write is refused', async () => {
    const directory = join(newDirectory(), 'below')
    chmodSync(dirname(directory), 0o555)
    // The superuser may write anywhere: it tries as another user.
    const superuser = process.geteuid?.() === 0
    if (superuser) {
      chmodSync(root, 0o755)
      process.seteuid?.(65_534)
    }
    try {
      await assert.rejects(open(directory), isUnwritable(directory))
    } finally {
      if (superuser) process.seteuid?.(0)
      chmodSync(dirname(directory), 0o755)
    }
  })

  test('one whose database is damaged is refused', async () => {
    const directory = newDirectory()
    writeFileSync(join(directory, 'store.db'), 'not a database, but long enough to be taken for one'.repeat(100))
    await assert.rejects(open(directory), /is damaged: file is not a database/)
  })

  test('an opening that is given up leaves the directory free', async () => {
    const directory = newDirectory()
    const signal = AbortSignal.timeout(1)
    await assert.rejects(openStore({ engine: 'embedded', directory }, { signal }), { name: /AbortError|TimeoutError/ })
    await (await open(directory))[Symbol.asyncDispose]()
  })
})

describe('faults', () => {
  test('without space a commit is refused and nothing of it written; reads go on, and commits when there is space', async () => {
    const directory = newDirectory()
    await using store = await open(directory, { maxPages: 40 })
    const isFull = (error: unknown) => isStoreError(error, 'full')
    let stored = 0
    const filled = (async () => {
      for (;;) stored = await write(store, put(`/fill/${stored}`, 'x'.repeat(5_000)))
    })()
    await assert.rejects(filled, isFull)
    assert.ok(stored > 20)
    await assert.rejects(store.commit(commitOf([put('/small'), put('/large', 'x'.repeat(100_000))])), isFull)
    assert.equal(store.revision(), stored)
    assert.equal(await store.get('/small'), undefined)
    assert.equal((await readAll(store, '/fill/')).length, stored - 1)
    await write(store, removeAll('/fill/'))
    await store.compact(await write(store, put('/after')))
    await logHasAtMost(directory, 2)
    await write(store, put('/large', 'x'.repeat(100_000)))
  })

  test('an unexpected error ends the store: the outcome of what is pending is not known, nothing more is taken', async () => {
    const directory = newDirectory()
    await using store = await open(directory)
    // So much that the thread of the checkpoints runs as well.
    for (let n = 0; n < 20; n++) await write(store, put('/a', 'x'.repeat(500_000)))
    const seen = await watchAll(store, '/', 0)
    await seen.caughtUp()
    using other = database(directory)
    other.exec('DROP TABLE log')
    const isFailed = (error: unknown) => isStoreError(error, 'failed')
    const pending = [store.commit(commitOf([put('/b')])), store.commit(commitOf([put('/c')]))]
    for (const commit of pending) await assert.rejects(commit, isFailed)
    assert.equal(seen.errors.length, 1)
    assert.ok(isFailed(seen.errors[0]))
    await assert.rejects(store.get('/a'), isFailed)
    await assert.rejects(store.commit(commitOf([])), isFailed)
    await assert.rejects(watchAll(store, '/', 0), isFailed)
  })

  test('a large write-ahead log is copied into the database while commits go on', async () => {
    const directory = newDirectory()
    await using store = await open(directory)
    const value = 'x'.repeat(200_000)
    for (let round = 0; round < 12; round++) {
      await Promise.all(Array.from({ length: 32 }, (_, n) => write(store, put(`/${n}`, value))))
    }
    using other = database(directory)
    const pages = () => Number(other.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()?.log)
    assert.ok(pages() * 16_384 < 64 * 1024 * 1024, `${pages()} pages are in the log`)
  })
})

describe('the process', () => {
  test('ends after the store is closed, and while it is idle', async () => {
    for (const end of ['await store[Symbol.asyncDispose]()', '']) {
      const script = `
        const store = await openStore({ engine: 'embedded', directory: ${JSON.stringify(newDirectory())} })
        const put = (key) => ({ type: 'put', key, value: Buffer.from(key) })
        const result = await store.commit({ lane: '', preconditions: [], operations: [put('/a')] })
        ${end}
        console.log(JSON.stringify(result))`
      const { stdout } = await runScript(script)
      assert.equal(stdout, '{"ok":true,"revision":2}\n')
    }
  })

  test('commits that nobody waits for are written before it ends', async () => {
    const directory = newDirectory()
    await runScript(`
      const store = await openStore({ engine: 'embedded', directory: ${JSON.stringify(directory)} })
      const put = (key) => ({ type: 'put', key, value: Buffer.from(key) })
      for (let n = 0; n < 100; n++) store.commit({ lane: '', preconditions: [], operations: [put('/' + n)] })`)
    await using store = await open(directory)
    assert.equal(await store.count('/'), 100)
  })
})

test('a watch of few keys is exact from a history of many changes', async () => {
  await using store = await open(newDirectory())
  for (let n = 0; n < 40; n++) {
    const round = Array.from({ length: 50 }, (_, i) => write(store, put(`/many/${i}`, `${n}`)))
    const few = [put('/few/1', `${n}`), put('/few/2', `${n}`), put('/few/1', `${n}+`)]
    await Promise.all([
      ...round,
      write(store, ...few),
      write(store, n % 2 === 0 ? removeAll('/few/') : remove('/few/1')),
    ])
  }
  using all = await watchAll(store, '/', 0)
  await all.caughtUp()
  for (const ago of [2_000, 1_500, 1_000, 300, 201, 100]) {
    const after = versionOf(store.revision() - ago, 100)
    for (const prefix of ['/few/', '/few/2', '/many/']) {
      using watch = await watchAll(store, prefix, after)
      await watch.caughtUp()
      const expected = all.changes.filter(({ key, version }) => key.startsWith(prefix) && version > after)
      assert.deepEqual(watch.changes.map(inWords), expected.map(inWords))
    }
  }
})

function isUnwritable(directory: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof KeelsonError && error.message.startsWith(`the data directory ${directory} cannot be written to: `)
}

async function logHasAtMost(directory: string, rows: number): Promise<void> {
  using db = database(directory)
  const count = db.prepare('SELECT count(*) AS n FROM log')
  await until(() => (count.get()?.n as number) <= rows)
}

/** Runs a module in a process of its own, and does not mind how it ends. */
async function runScript(body: string): Promise<{ stdout: string; stderr: string }> {
  const script = `import { openStore } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}\n${body}`
  const run = promisify(execFile)(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    timeout: 120_000,
  })
  return run.catch((error) => ({ stdout: String(error.stdout), stderr: String(error.stderr) }))
}
