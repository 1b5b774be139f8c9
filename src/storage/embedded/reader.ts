/**
 * Reads, on the main thread, by a connection of their own. Every read is of the state at a revision: the database may be
 * ahead of it by groups that have been written and not been published yet. Each is one short slice: no transaction is open
 * when it returns.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { compactedError } from '../errors.ts'
import { prefixEnd, rangeStart } from '../keys.ts'
import { overlaps } from '../shares.ts'
import { lastVersionOf, type Revision, type Row, revisionOf, type Version } from '../store.ts'
import { createCurrentRows, type Page } from './current-rows.ts'
import { readCuts } from './trimming.ts'
import { asBuffer } from './wire.ts'

const PAGE_ROWS = 5_000
/** Each that has changed since costs several look-ups. */
const PAGE_ROWS_BACK = 1_000
const COUNT_KEYS = 5_000

export interface Reader {
  row(key: string, at: Revision): Row | undefined
  /** May have no rows and yet a `next`. Throws a StoreError `compacted`. */
  page(prefix: string, after: string | undefined, limit: number, at: Revision): Page
  /** Counts some of the keys after `after`, at most `enough`; `next` as in a page. */
  count(prefix: string, after: string | undefined, enough: number): { count: number; next: string | undefined }
  occupied(prefixes: readonly string[], beyond: number): string[]
  value(version: Version): Buffer | undefined
}

type Columns = readonly unknown[]

export function createReader(db: DatabaseSync, cached: (key: string) => Row | undefined): Reader {
  const currentRows = createCurrentRows(db, cached)
  const prepare = (sql: string): StatementSync => {
    const statement = db.prepare(sql)
    statement.setReturnArrays(true)
    return statement
  }
  const begin = prepare('BEGIN')
  const end = prepare('COMMIT')
  const compacted = prepare("SELECT value FROM meta WHERE name = 'compacted'")
  const cuts = readCuts(db)
  const greatest = prepare('SELECT max(version) FROM log')
  const latest = prepare(`
    SELECT (SELECT max(version) FROM log), log.version, log.value
    FROM (SELECT 1) LEFT JOIN current ON current.key = ? LEFT JOIN log ON log.version = current.version`)
  const latestUnder = prepare(
    'SELECT (SELECT max(version) FROM log), EXISTS (SELECT 1 FROM current WHERE key >= ? AND key < ?)',
  )
  const versionOfKey = prepare('SELECT version FROM current WHERE key = ?')
  const goneAfter = prepare('SELECT previous FROM gone WHERE key = ? AND version > ? ORDER BY version LIMIT 1')
  const before = prepare('SELECT previous FROM log WHERE version = ?')
  const valueAt = prepare('SELECT value FROM log WHERE version = ?')
  const goneFrom = prepare(`
    SELECT key, min(version), previous FROM gone WHERE key >= ? AND key < ? AND version > ?
    GROUP BY key ORDER BY key LIMIT ?`)
  const countFrom = prepare(
    'SELECT count(*), max(key) FROM (SELECT key FROM current WHERE key >= ? AND key < ? ORDER BY key LIMIT ?)',
  )
  // One statement for all: a call costs more than what it looks up. As prefixEnd has it.
  const occupied = prepare(`
    SELECT json_group_array(place.key) FROM json_each(?) AS place WHERE EXISTS (
      SELECT 1 FROM current WHERE key >= place.value AND key < place.value || char(127) LIMIT 1 OFFSET ?)`)

  const get = (statement: StatementSync, ...parameters: (string | number)[]) =>
    statement.get(...parameters) as unknown as Columns | undefined

  function snapshot<T>(read: () => T): T {
    begin.get()
    try {
      return read()
    } finally {
      end.get()
    }
  }

  /** Whether the database is at the revision: then `current` is the state. */
  function isAt(at: Revision): boolean {
    const version = get(greatest)?.[0]
    return version === null || revisionOf(version as Version) <= at
  }

  /** From a version of a key back to the one that there was at the revision. */
  function walkBack(version: Version | null | undefined, at: Revision): Version | undefined {
    let walked = version
    while (walked !== null && walked !== undefined && revisionOf(walked) > at) {
      walked = get(before, walked)?.[0] as Version | null | undefined
    }
    return walked ?? undefined
  }

  function value(version: Version): Buffer | undefined {
    const bytes = get(valueAt, version)?.[0]
    return bytes === null || bytes === undefined ? undefined : asBuffer(bytes as Uint8Array)
  }

  function rowOf(key: string, version: Version | undefined): Row | undefined {
    const bytes = version === undefined ? undefined : value(version)
    return version === undefined || bytes === undefined ? undefined : { key, version, value: bytes }
  }

  function rowAt(key: string, at: Revision): Row | undefined {
    const gone = get(goneAfter, key, lastVersionOf(at))
    const start = gone === undefined ? get(versionOfKey, key)?.[0] : gone[0]
    return rowOf(key, walkBack(start as Version | undefined, at))
  }

  /** The current rows, with what has changed since the revision put back. */
  function rowsAt(start: string, stop: string, limit: number, at: Revision): Page {
    const page = currentRows(start, stop, limit)
    const gone = goneFrom.all(start, stop, lastVersionOf(at), limit) as unknown as [string, Version, Version][]
    const lastGone = gone.length === limit ? gone.at(-1)?.[0] : undefined
    const next = [page.next, lastGone].filter((key) => key !== undefined).sort()[0]
    const rows = new Map<string, Row | undefined>()
    for (const row of page.rows) {
      const version = walkBack(row.version, at)
      rows.set(row.key, version === row.version ? row : rowOf(row.key, version))
    }
    for (const [key, , previous] of gone) rows.set(key, rowOf(key, walkBack(previous, at)))
    const found = [...rows.values()].filter(
      (row) => row !== undefined && (next === undefined || row.key <= next),
    ) as Row[]
    return { rows: found.sort((a, b) => (a.key < b.key ? -1 : 1)), next }
  }

  return {
    value,
    row(key, at) {
      const [newest, version, blob] = get(latest, key) ?? []
      const known = typeof version === 'number' && revisionOf(version) <= at
      if (known) return { key, version, value: asBuffer(blob as Uint8Array) }
      if (version === null && (newest === null || revisionOf(newest as Version) <= at)) return undefined
      return snapshot(() => rowAt(key, at))
    },
    page(prefix, after, limit, at) {
      const [start, stop] = [rangeStart(prefix, after), prefixEnd(prefix)]
      const size = Math.max(1, Math.min(limit, PAGE_ROWS))
      // Most that is asked of a logical cluster has no rows: one statement instead of a transaction of four.
      const [newest, some] = get(latestUnder, start, stop) ?? []
      if (some === 0 && (newest === null || revisionOf(newest as Version) <= at)) return { rows: [], next: undefined }
      return snapshot(() => {
        const oldest = get(compacted)?.[0] as Revision
        if (at < oldest) throw compactedError(at, oldest)
        if (isAt(at)) return currentRows(start, stop, size)
        for (const { share, before } of cuts()) {
          if (at < before && overlaps(share, prefix)) throw compactedError(at, before)
        }
        const page = rowsAt(start, stop, Math.min(size, PAGE_ROWS_BACK), at)
        // Those that are gone and those that are there may together be more than were asked for.
        if (page.rows.length <= size) return page
        const rows = page.rows.slice(0, size)
        return { rows, next: rows.at(-1)?.key }
      })
    },
    count(prefix, after, enough) {
      const most = Math.min(COUNT_KEYS, enough)
      const [count, last] = get(countFrom, rangeStart(prefix, after), prefixEnd(prefix), most) ?? []
      return { count: count as number, next: count === most ? (last as string) : undefined }
    },
    occupied(prefixes, beyond) {
      const [found] = get(occupied, JSON.stringify(prefixes), beyond) ?? []
      return (JSON.parse(found as string) as number[]).map((index) => prefixes[index] as string)
    },
  }
}
