/**
 * Where things lie in etcd, below the prefix (`--etcd-prefix`): rows under `rows` and their key of the store, and a few rows of the
 * engine's own. Whoever else uses the etcd cluster lies beside the prefix and is none of our business.
 */
import { prefixEnd } from '../keys.ts'

export interface Layout {
  /** All of it, for watches. */
  readonly start: string
  readonly end: string
  /** Made once: its create_revision is where the store's revisions begin. Written again when the format is raised (format.ts). */
  readonly format: string
  /** Written by every commit: what the rows alone do not tell of it (commit-record.ts). */
  readonly commit: string
  /** Written to be sure that no older transaction is carried out any more. */
  readonly fence: string
  /** There while the store is being filled (filling.ts), and the format is not. */
  readonly claim: string
  /** Who compacts, and up to where (compactor.ts). */
  readonly compaction: string
  row(key: string): string
  rowsEnd(prefix: string): string
  /** Undefined: no row. */
  keyOf(etcdKey: string): string | undefined
}

/** @param prefix begins with '/' */
export function layoutOf(prefix: string): Layout {
  const base = prefix.replace(/\/+$/, '')
  const rows = `${base}/rows`
  return {
    start: `${base}/`,
    end: prefixEnd(`${base}/`),
    format: `${base}/format`,
    commit: `${base}/commit`,
    fence: `${base}/fence`,
    claim: `${base}/claim`,
    compaction: `${base}/compaction`,
    row: (key) => rows + key,
    rowsEnd: (prefix) => prefixEnd(rows + prefix),
    keyOf: (etcdKey) => (etcdKey.startsWith(rows) ? etcdKey.slice(rows.length) : undefined),
  }
}
