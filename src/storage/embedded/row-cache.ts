/** The rows that were read or written last, as many as fit into a number of bytes. */
import type { Row } from '../store.ts'

/** What a row costs beside its text and value, roughly. */
const OVERHEAD = 150

export interface RowCache {
  get(key: string): Row | undefined
  /** Does not count as a use. */
  peek(key: string): Row | undefined
  set(row: Row): void
  /** Keeps the row if there is room: what is listed once does not drive out what is used. */
  offer(row: Row): void
  delete(key: string): void
  clear(): void
}

export function createRowCache(limit: number): RowCache {
  /** In the order of last use: a Map keeps insertion order. */
  const rows = new Map<string, Row>()
  let bytes = 0

  function remove(row: Row): void {
    rows.delete(row.key)
    bytes -= sizeOf(row)
  }

  return {
    get(key) {
      const row = rows.get(key)
      if (row === undefined) return undefined
      rows.delete(key)
      rows.set(key, row)
      return row
    },
    peek: (key) => rows.get(key),
    set(row) {
      const known = rows.get(row.key)
      if (known !== undefined) remove(known)
      rows.set(row.key, row)
      bytes += sizeOf(row)
      if (bytes <= limit) return
      for (const oldest of rows.values()) {
        remove(oldest)
        if (bytes <= limit) return
      }
    },
    offer(row) {
      const size = sizeOf(row)
      if (bytes + size > limit || rows.has(row.key)) return
      rows.set(row.key, row)
      bytes += size
    },
    delete(key) {
      const row = rows.get(key)
      if (row !== undefined) remove(row)
    },
    clear() {
      rows.clear()
      bytes = 0
    },
  }
}

function sizeOf({ key, value }: Row): number {
  return OVERHEAD + key.length + value.length
}
