/**
 * Forgets the history of shares that outgrow their bound (../shares.ts), in slices between the groups of commits. What is
 * forgotten is found from the share's keys, so that it costs nothing to other shares. Of every share the last quarter of a
 * minute stays, whatever it writes.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { prefixEnd } from '../keys.ts'
import { createShareMeter, type ShareMeter } from '../shares.ts'
import { type Revision, type Version, versionOf } from '../store.ts'
import { DELETE } from './schema.ts'

export interface Trim {
  readonly share: string
  /** The share's history begins at this revision. */
  readonly before: Revision
}

export interface Trimming {
  readonly meter: ShareMeter
  /** To be called every SAMPLE_MS with the revision there is: returns the shares that are cut. Durable when it returns. */
  tick(revision: Revision): Trim[]
  /** Frees some of what was cut; says whether anything is left. */
  slice(): boolean
  /** Whether cuts before this revision are told by the whole history's. */
  forgetCuts(before: Revision): void
}

/** Bytes that one logical cluster's history of one resource may take. */
export const SHARE_BYTES = 128 * 1024 * 1024
const SLICE_ROWS = 500
const KEYS = 100
/** The meter begins anew when the history that it has counted is of age: so many ticks of 15 seconds. */
const TICKS = 20

export function createTrimming(db: DatabaseSync, bound: number = SHARE_BYTES): Trimming {
  const meter = createShareMeter(bound)
  const prepare = (sql: string): StatementSync => {
    const statement = db.prepare(sql)
    statement.setReturnArrays(true)
    return statement
  }
  const currentKeys = prepare(
    'SELECT key, version FROM current WHERE key > ? AND key >= ? AND key < ? ORDER BY key LIMIT ?',
  )
  const goneKeys = prepare(`
    SELECT key, version, previous FROM gone WHERE (key, version) > (?, ?) AND key >= ? AND key < ?
    ORDER BY key, version LIMIT ?`)
  const previousOf = prepare('SELECT previous FROM log WHERE version = ?')
  const forget = prepare('DELETE FROM log WHERE version = ?')
  const forgetDeletion = prepare(`DELETE FROM log WHERE version = ? AND kind = ${DELETE}`)
  const forgetGone = prepare('DELETE FROM gone WHERE key = ? AND version = ?')
  const setCut = prepare('INSERT INTO cuts VALUES (?, ?) ON CONFLICT (share) DO UPDATE SET before = excluded.before')
  const removeCuts = prepare('DELETE FROM cuts WHERE before <= ?')

  const work: Generator<void>[] = []
  let ticks = 0
  let touched = 0
  /** The revision at the last tick. */
  let recent: Revision | undefined

  const before = (version: Version): Version | null | undefined =>
    (previousOf.get(version) as unknown as [Version | null] | undefined)?.[0]

  function transaction(run: () => void): void {
    db.exec('BEGIN IMMEDIATE')
    try {
      run()
      db.exec('COMMIT')
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }

  /** Forgets the states of a key that were superseded before the cut. */
  function* forgetStates(newest: Version, cut: Version): Generator<void> {
    let version: Version | null | undefined = newest
    let keeping = true
    while (version !== null && version !== undefined) {
      const earlier = before(version)
      if (!keeping) forget.run(version)
      if (version < cut) keeping = false
      version = earlier
      if (++touched % SLICE_ROWS === 0) yield
    }
  }

  function* trim(share: string, cut: Version): Generator<void> {
    const end = prefixEnd(share)
    for (let after = ''; ; ) {
      const rows = currentKeys.all(after, share, end, KEYS) as unknown as [string, Version][]
      for (const [key, version] of rows) {
        yield* forgetStates(version, cut)
        after = key
      }
      if (rows.length < KEYS) break
      yield
    }
    for (let [key, version] = ['', 0]; ; ) {
      const rows = goneKeys.all(key, version, share, end, KEYS) as unknown as [string, Version, Version][]
      for (const [goneKey, goneAt, previous] of rows) {
        yield* forgetStates(previous, cut)
        if (goneAt < cut) {
          forget.run(previous)
          forgetDeletion.run(goneAt)
          forgetGone.run(goneKey, goneAt)
        }
        ;[key, version] = [goneKey, goneAt]
      }
      if (rows.length < KEYS) return
      yield
    }
  }

  return {
    meter,
    tick(revision) {
      const cut = recent
      recent = revision
      const trims = cut === undefined ? [] : meter.outgrown().map((share) => ({ share, before: cut }))
      if (++ticks % TICKS === 0) meter.clear()
      if (trims.length === 0) return []
      transaction(() => {
        for (const each of trims) setCut.run(each.share, each.before)
      })
      for (const { share, before } of trims) work.push(trim(share, versionOf(before, 0)))
      return trims
    },
    slice() {
      const [first] = work
      if (first === undefined) return false
      let done = false
      transaction(() => {
        done = first.next().done === true
      })
      if (done) work.shift()
      return work.length > 0
    },
    forgetCuts(revision) {
      removeCuts.run(revision)
    },
  }
}

/** What every connection may ask: where the history of shares begins that are cut. Mostly there is none. */
export function readCuts(db: DatabaseSync): () => Trim[] {
  const cuts = db.prepare('SELECT share, before FROM cuts')
  return () => cuts.all() as unknown as Trim[]
}
