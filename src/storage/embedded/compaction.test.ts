import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createCompaction } from './compaction.ts'
import { openForWriting } from './schema.ts'

const root = mkdtempSync(join(tmpdir(), 'keelson-compaction-'))
after(() => rmSync(root, { recursive: true }))

const SECOND = 1_000
const MINUTE = 60 * SECOND

test('history comes of age after five minutes in which the store was open, over restarts and idle times', () => {
  const directory = mkdtempSync(join(root, 'ages-'))
  let time = 7_000_000
  let db = openForWriting(directory, 'off')
  let compaction = createCompaction(db, () => time)
  const restart = (clock: number) => {
    db.close()
    time = clock
    db = openForWriting(directory, 'off')
    compaction = createCompaction(db, () => time)
  }

  assert.equal(compaction.age(10), undefined)
  time += 2 * MINUTE
  assert.equal(compaction.age(20), undefined)
  // The monotonic clock begins anew with the process: the time before counts, the time between does not.
  restart(0)
  assert.equal(compaction.age(30), undefined)
  time += 2 * MINUTE + 59 * SECOND
  assert.equal(compaction.age(30), undefined)
  time += SECOND
  assert.equal(compaction.age(30), 10)
  compaction.compact(10)
  assert.equal(compaction.age(30), undefined)
  time += 10 * MINUTE
  assert.equal(compaction.age(30), 30)
  compaction.compact(30)
  assert.equal(compaction.age(30), undefined)
  restart(0)
  assert.equal(compaction.compacted(), 30)
  db.close()
})
