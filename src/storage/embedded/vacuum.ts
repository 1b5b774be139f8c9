/** Gives space back to the disk when much of the file is free, a few pages at a time, while the store is in use. */
import type { DatabaseSync } from 'node:sqlite'

/** Free pages that are kept for what comes: 16 MiB, or a quarter of the file. */
const KEPT_PAGES = 1_024
const KEPT_SHARE = 4
const SLICE_PAGES = 64

export interface Vacuum {
  /** Frees some pages; says whether there are more than are kept. */
  slice(): boolean
}

export function createVacuum(db: DatabaseSync, kept: number = KEPT_PAGES): Vacuum {
  const number = (pragma: string): number => Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0])
  /** A database of an older version has no map by which pages can be moved: `keelson store compact` makes one. */
  const possible = number('auto_vacuum') === 2
  const excess = (): number => number('freelist_count') - Math.max(kept, Math.floor(number('page_count') / KEPT_SHARE))
  return {
    slice() {
      if (!possible || excess() <= 0) return false
      db.exec(`PRAGMA incremental_vacuum(${SLICE_PAGES})`)
      return excess() > 0
    },
  }
}
