/** The rows that were read or written last, as many as fit into a number of bytes. */
import type { Row } from '../store.ts'

/** What a row costs beside its text and value, roughly. */
const OVERHEAD = 150

export interface RowCache {
  get(key: string): Row | undefined
  set(row: Row): void
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
