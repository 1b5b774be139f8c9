import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { commitOf, put, remove, removeAll } from '../conformance/harness.ts'
import { isStoreError } from '../errors.ts'
import { lastVersionOf, type Operation, type Revision } from '../store.ts'
import { createCompaction } from './compaction.ts'
import { createLogReader } from './log-reader.ts'
import { createReader } from './reader.ts'
import { databaseFile, openForReading, openForWriting } from './schema.ts'
import { createTrimming } from './trimming.ts'
import { createVacuum } from './vacuum.ts'
import { createWriter } from './writer.ts'

const root = mkdtempSync(join(tmpdir(), 'keelson-trimming-'))
after(() => rmSync(root, { recursive: true }))

const LOUD = '/core/events/builtin/loud/'
const QUIET = '/core/events/builtin/quiet/'

function opened(bound: number) {
  const directory = mkdtempSync(join(root, 'store-'))
  const db = openForWriting(directory, 'off')
  const trimming = createTrimming(db, bound)
  const writer = createWriter(db, trimming.meter)
  const write = (...operations: Operation[]): Revision => {
    writer.write([commitOf(operations)])
    return writer.revision()
  }
  return { directory, db, trimming, writer, write }
}

const isCompacted = (error: unknown) => isStoreError(error, 'compacted')
const rowsIn = (db: DatabaseSync, table: string) => Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n)

test('a share that outgrows its bound loses its history before the last tick, others lose nothing', () => {
  const { directory, db, trimming, writer, write } = opened(100_000)
  const began = write(put(`${QUIET}ns/a`, 'a1'), put(`${LOUD}ns/steady`, 's1'), put(`${LOUD}ns/gone`, 'g1'))
  write(put(`${QUIET}ns/a`, 'a2'), remove(`${LOUD}ns/gone`))
  for (let n = 0; n < 700; n++) write(put(`${LOUD}ns/busy`, `${n}`.repeat(50)))
  for (let n = 0; n < 30; n++) write(put(`${LOUD}swept/${n}`))
  write(removeAll(`${LOUD}swept/`), put(`${LOUD}ns/gone`, 'g2'))
  write(put(`${LOUD}ns/last`))
  assert.deepEqual(trimming.tick(writer.revision()), [])
  const cut = writer.revision()
  write(put(`${LOUD}ns/busy`, 'after'), put(`${QUIET}ns/a`, 'a3'))
  write(remove(`${LOUD}ns/gone`))
  assert.deepEqual(trimming.tick(writer.revision()), [{ share: LOUD, before: cut }])
  while (trimming.slice()) {}

  const reader = openForReading(directory)
  const [pages, log] = [createReader(reader, () => undefined), createLogReader(reader)]
  const valuesAt = (prefix: string, at: Revision) =>
    pages.page(prefix, undefined, 100, at).rows.map(({ value }) => value.toString())
  const keysAfter = (prefix: string, revision: Revision) =>
    log
      .read(prefix, { after: lastVersionOf(revision) }, writer.revision())
      .changes.map(({ key, value }) => `${key.split('/').at(-1)} ${value}`)

  assert.deepEqual(valuesAt(QUIET, began), ['a1'])
  assert.deepEqual(keysAfter(QUIET, began), ['a a2', 'a a3'])
  for (const prefix of [LOUD, `${LOUD}ns/`, '/core/events/', '/']) {
    assert.throws(() => valuesAt(prefix, cut - 1), isCompacted, prefix)
    assert.throws(() => keysAfter(prefix, cut - 2), isCompacted, prefix)
  }
  assert.deepEqual(valuesAt(LOUD, cut), ['699'.repeat(50).slice(0, 150), 'g2', `${LOUD}ns/last`, 's1'])
  assert.deepEqual(keysAfter(LOUD, cut), ['busy after', 'gone undefined'])
  // Four that were there at the cut, two changes since, the sweep; of the quiet share all.
  assert.equal(rowsIn(db, 'log'), 4 + 2 + 1 + 3)
  assert.equal(rowsIn(db, 'gone'), 1)

  const compaction = createCompaction(db)
  compaction.compact(writer.revision())
  trimming.forgetCuts(writer.revision())
  while (compaction.slice()) {}
  assert.equal(rowsIn(db, 'cuts'), 0)
  assert.deepEqual(valuesAt('/', writer.revision()), ['after', `${LOUD}ns/last`, 's1', 'a3'])
  reader.close()
  db.close()
})

test('what is written while a share is being trimmed stays', () => {
  const { db, trimming, writer, write } = opened(10_000)
  for (let n = 0; n < 3_000; n++) write(put(`${LOUD}ns/busy`, `${n}`.repeat(10)))
  trimming.tick(writer.revision())
  write(put(`${LOUD}ns/busy`, 'later'))
  assert.equal(trimming.tick(writer.revision()).length, 1)
  let slices = 0
  for (; trimming.slice(); slices++) write(put(`${LOUD}ns/busy`, `during ${slices}`))
  assert.ok(slices >= 5, `${slices} slices`)
  // With the change of the cut's own revision and the state before it.
  assert.equal(rowsIn(db, 'log'), slices + 3)
  db.close()
})

test('a database is made with pages of 16 KiB, which can be given back', () => {
  const { db } = opened(1e9)
  const pragma = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]
  assert.deepEqual([pragma('page_size'), pragma('auto_vacuum'), pragma('journal_mode')], [16_384, 2, 'wal'])
  db.close()
})

test('space that has become free goes back to the disk, in slices', () => {
  const { directory, db, write } = opened(1e9)
  for (let n = 0; n < 40; n++) write(put(`/a/${n}`, 'x'.repeat(200_000)))
  const size = () => {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    return statSync(databaseFile(directory)).size
  }
  const full = size()
  db.exec('DELETE FROM log WHERE version < 8192')
  const vacuum = createVacuum(db, 10)
  let slices = 1
  while (vacuum.slice()) slices++
  assert.ok(slices > 2, `${slices} slices`)
  assert.ok(size() < full / 2, `${size()} of ${full} bytes are left`)
  db.close()
})
