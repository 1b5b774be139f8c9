/** Rows of the current state, in order: those of a chunk from the cache if it has them all, else from the database. */
import type { DatabaseSync } from 'node:sqlite'
import type { Row, Version } from '../store.ts'
import { asBuffer } from './wire.ts'

/** A page ends at whichever comes first. */
const PAGE_MS = 3
const PAGE_BYTES = 2 * 1024 * 1024
const FIRST_CHUNK = 16
const CHUNK = 256

export interface Page {
  readonly rows: Row[]
  /** Where to read on: the keys after this one have not been looked at. Undefined: there are none. */
  readonly next: string | undefined
}

/** Up to `limit` rows from `start` on, before `stop`. To be called inside a transaction. */
export type ReadCurrent = (start: string, stop: string, limit: number) => Page

export function createCurrentRows(db: DatabaseSync, cached: (key: string) => Row | undefined): ReadCurrent {
  const keys = db.prepare('SELECT key, version FROM current WHERE key >= ? AND key < ? ORDER BY key LIMIT ?')
  // One blob for all: thousands of small ones are what garbage collection takes long for.
  const rowsWithin = db.prepare(`
    SELECT CAST(group_concat(value, '') AS BLOB), group_concat(version), group_concat(length(value)) FROM (
      SELECT current.version AS version, log.value AS value FROM current JOIN log ON log.version = current.version
      WHERE current.key >= ? AND current.key <= ? ORDER BY current.key)`)
  keys.setReturnArrays(true)
  rowsWithin.setReturnArrays(true)

  function readChunk(start: string, stop: string, size: number): { rows: Row[]; bytes: number } {
    const found = keys.all(start, stop, size) as unknown as [string, Version][]
    const last = found.at(-1)
    if (last === undefined) return { rows: [], bytes: 0 }
    const known = allCached(found)
    if (known !== undefined) return { rows: known, bytes: 0 }
    const read = rowsWithin.get(start, last[0]) as unknown as [Uint8Array, string, string]
    const values = asBuffer(read[0])
    // An aggregate's order is SQLite's habit, not its promise: who is who is told by the versions.
    const keyOf = new Map(found.map(([key, version]) => [version, key]))
    const lengths = read[2].split(',')
    let offset = 0
    const rows = read[1].split(',').map((text, index): Row => {
      const version = Number(text)
      const value = values.subarray(offset, offset + Number(lengths[index]))
      offset += value.length
      return { key: keyOf.get(version) as string, version, value }
    })
    return { rows, bytes: values.length }
  }

  /** Looks no further than to the first that is not. */
  function allCached(found: readonly [string, Version][]): Row[] | undefined {
    const rows: Row[] = []
    for (const [key, version] of found) {
      const row = cached(key)
      if (row?.version !== version) return undefined
      rows.push(row)
    }
    return rows
  }

  return (start, stop, limit) => {
    const began = performance.now()
    const rows: Row[] = []
    let bytes = 0
    let size = Math.min(FIRST_CHUNK, limit)
    let from = start
    for (;;) {
      const chunk = readChunk(from, stop, size)
      for (const row of chunk.rows) rows.push(row)
      bytes += chunk.bytes
      const last = chunk.rows.at(-1)?.key
      if (last === undefined || chunk.rows.length < size) return { rows, next: undefined }
      from = `${last}!`
      const full = rows.length === limit || bytes > PAGE_BYTES || performance.now() - began > PAGE_MS
      if (full) return { rows, next: keys.get(from, stop, 1) === undefined ? undefined : last }
      size = Math.min(nextSize(bytes / rows.length), limit - rows.length)
    }
  }
}

/** As many rows as a page may have bytes, if the next are like those before. */
function nextSize(average: number): number {
  return Math.max(FIRST_CHUNK, Math.min(CHUNK, Math.floor(PAGE_BYTES / (average + 1))))
}
