/** The rows that were read or written last, as many as fit into a number of bytes. */
import type { Row } from '../store.ts'

/** What a row costs beside its text and value, roughly. */
const OVERHEAD = 150

export interface RowCache {
  get(key: string): Row | undefined
  /** Does not count as a use. */
  peek(key: string): Row | undefined
  set(row: Row): void
  /** Keeps a copy of the row if there is room: what is listed once does not drive out what is used, and its value lies in the
   *  same memory as its neighbours'. */
  offer(row: Row): void
  delete(key: string): void
  clear(): void
}

interface Entry {
  readonly row: Row
  /** Since it was last passed over: moving it in the Map at each use would cost more than the look-up. */
  used: boolean
}

/** Evicts by second chance: the oldest row that was not used since it was last the oldest. */
export function createRowCache(limit: number): RowCache {
  const entries = new Map<string, Entry>()
  let bytes = 0

  function remove({ row }: Entry): void {
    entries.delete(row.key)
    bytes -= sizeOf(row)
  }

  function shrink(): void {
    for (const entry of entries.values()) {
      if (bytes <= limit) return
      entries.delete(entry.row.key)
      if (entry.used) entries.set(entry.row.key, { row: entry.row, used: false })
      else bytes -= sizeOf(entry.row)
    }
  }

  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entry.used = true
      return entry.row
    },
    peek: (key) => entries.get(key)?.row,
    set(row) {
      const known = entries.get(row.key)
      if (known !== undefined) remove(known)
      entries.set(row.key, { row, used: false })
      bytes += sizeOf(row)
      if (bytes > limit) shrink()
    },
    offer(row) {
      const size = sizeOf(row)
      if (bytes + size > limit || entries.has(row.key)) return
      entries.set(row.key, { row: { ...row, value: Buffer.from(row.value) }, used: false })
      bytes += size
    },
    delete(key) {
      const entry = entries.get(key)
      if (entry !== undefined) remove(entry)
    },
    clear() {
      entries.clear()
      bytes = 0
    },
  }
}

function sizeOf({ key, value }: Row): number {
  return OVERHEAD + key.length + value.length
}
