/**
 * Forgets history, in slices short enough to run between two groups of commits. What a log row superseded is found by
 * reading the log once, in order, from where the last slice ended: its `previous`.
 *
 * The age of history is counted in the time that the store has been open, by a monotonic clock: setting the wall clock
 * changes nothing, and a store that was away for a night still has the history of the evening.
 */
import type { DatabaseSync } from 'node:sqlite'
import { prefixEnd } from '../keys.ts'
import { type Revision, versionOf } from '../store.ts'
import { DELETE, NOTHING, readMeta, SWEEP } from './schema.ts'

const HISTORY_MS = 5 * 60_000
const SAMPLE_MS = 15_000
const SLICE_ROWS = 500

export interface Compaction {
  /** History before the revision may go from now on. Durable when it returns. */
  compact(before: Revision): void
  compacted(): Revision
  /** Notes how old the revision is, and returns what history has come of age since. To be called every SAMPLE_MS. */
  age(revision: Revision): Revision | undefined
  /** Frees some of what is to be forgotten; says whether anything is left. */
  slice(): boolean
}

export const AGE_INTERVAL_MS = SAMPLE_MS

export function createCompaction(db: DatabaseSync, now: () => number = () => performance.now()): Compaction {
  const setMeta = db.prepare('UPDATE meta SET value = ? WHERE name = ?')
  const scan = db.prepare(
    'SELECT version, kind, previous, key FROM log WHERE version >= ? AND version < ? ORDER BY version LIMIT ?',
  )
  const forget = db.prepare('DELETE FROM log WHERE version = ?')
  const forgetGone = db.prepare('DELETE FROM gone WHERE key = ? AND version = ?')
  const swept = db.prepare('SELECT key, previous FROM gone WHERE key >= ? AND key < ? AND version = ? LIMIT ?')
  const newestAge = db.prepare('SELECT max(revision) AS revision FROM ages')
  const addAge = db.prepare('INSERT INTO ages VALUES (?, ?)')
  const oldEnough = db.prepare('SELECT max(revision) AS revision FROM ages WHERE uptime <= ?')
  const removeAges = db.prepare('DELETE FROM ages WHERE revision < ?')

  let compacted = readMeta(db, 'compacted')
  /** All log rows before this version have been looked at. */
  let scanned = readMeta(db, 'scanned')
  const uptimeAtOpen = readMeta(db, 'uptime') - now()

  function transaction(work: () => void): void {
    db.exec('BEGIN IMMEDIATE')
    try {
      work()
      db.exec('COMMIT')
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }

  /** Returns whether the row is done with: the keys of a deletePrefix may take several slices. */
  function forgetRow(version: number, kind: number, previous: number | null, key: string): boolean {
    if (kind === SWEEP) {
      const rows = swept.all(key, prefixEnd(key), version, SLICE_ROWS)
      for (const row of rows) {
        forget.run(row.previous as number)
        forgetGone.run(row.key as string, version)
      }
      if (rows.length === SLICE_ROWS) return false
    }
    if (previous !== null) forget.run(previous)
    if (kind === DELETE) forgetGone.run(key, version)
    if (kind === DELETE || kind === NOTHING || kind === SWEEP) forget.run(version)
    return true
  }

  return {
    compacted: () => compacted,
    compact(before) {
      if (before <= compacted) return
      transaction(() => setMeta.run(before, 'compacted'))
      compacted = before
    },
    age(revision) {
      const uptime = Math.floor(uptimeAtOpen + now())
      const newest = Number(newestAge.get()?.revision ?? 0)
      const old = Number(oldEnough.get(uptime - HISTORY_MS)?.revision ?? 0)
      if (newest === revision && old <= compacted) return undefined
      transaction(() => {
        if (newest < revision) addAge.run(revision, uptime)
        setMeta.run(uptime, 'uptime')
        removeAges.run(old)
      })
      return old > compacted ? old : undefined
    },
    slice() {
      const end = versionOf(compacted, 0)
      if (scanned >= end) return false
      let next = end
      transaction(() => {
        const rows = scan.all(scanned, end, SLICE_ROWS)
        if (rows.length === SLICE_ROWS) next = (rows.at(-1)?.version as number) + 1
        for (const { version, kind, previous, key } of rows) {
          if (forgetRow(version as number, kind as number, previous as number | null, key as string)) continue
          next = version as number
          break
        }
        setMeta.run(next, 'scanned')
      })
      scanned = next
      return scanned < end
    },
  }
}
