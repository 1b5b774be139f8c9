/** Reads the history from the log for watches, by the reader's connection: each slice is short and leaves nothing open. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { compactedError } from '../errors.ts'
import { type Cursor, type Slice, sweptVersion } from '../history.ts'
import { prefixEnd, rangeStart } from '../keys.ts'
import { overlaps } from '../shares.ts'
import { type Change, lastVersionOf, type Revision, revisionOf, type Version } from '../store.ts'
import { createKeyHistory } from './key-history.ts'
import { NOTHING, SWEEP } from './schema.ts'
import { readCuts } from './trimming.ts'
import { asBuffer } from './wire.ts'

/** A slice ends at whichever comes first. The revisions it looks through are as many as take about SLICE_MS. */
const SLICE_MS = 3
const SLICE_BYTES = 4 * 1024 * 1024
const MOST_REVISIONS = 100_000
const SWEEP_KEYS = 500
/** From so many revisions on it is worth a look whether the keys are few. */
const FAR = 200

export interface LogReader {
  /** Throws a StoreError `compacted`. */
  read(prefix: string, cursor: Cursor, through: Revision): Slice
}

export function createLogReader(db: DatabaseSync): LogReader {
  const prepare = (sql: string): StatementSync => {
    const statement = db.prepare(sql)
    statement.setReturnArrays(true)
    return statement
  }
  const begin = prepare('BEGIN')
  const end = prepare('COMMIT')
  const compacted = prepare("SELECT value FROM meta WHERE name = 'compacted'")
  const cuts = readCuts(db)
  const entries = prepare(`
    SELECT log.version, log.kind, log.key, log.value, earlier.value
    FROM log LEFT JOIN log AS earlier ON earlier.version = log.previous
    WHERE log.version > ? AND log.version <= ? AND ((log.key >= ? AND log.key < ? AND log.kind < ${NOTHING}) OR log.kind = ${SWEEP})
    ORDER BY log.version`)
  const swept = prepare(`
    SELECT gone.key, earlier.value FROM gone JOIN log AS earlier ON earlier.version = gone.previous
    WHERE gone.key >= ? AND gone.key < ? AND gone.version = ? ORDER BY gone.key LIMIT ?`)
  const readKeyHistory = createKeyHistory(db)
  let window = 1_000

  function sweepChanges(entry: Entry, prefix: string, within: string | undefined): Change[] {
    const [version, , sweepPrefix, lastKey] = entry
    // One of the two begins with the other, or they have no key in common.
    const common = prefix.length > sweepPrefix.length ? prefix : sweepPrefix
    if (!common.startsWith(prefix) || !common.startsWith(sweepPrefix)) return []
    const last = asBuffer(lastKey as Uint8Array).toString('latin1')
    const rows = swept.all(rangeStart(common, within), prefixEnd(common), version, SWEEP_KEYS)
    return (rows as unknown as [string, Uint8Array][]).map(([key, before]) => {
      return { key, version: sweptVersion(version, key === last), value: undefined, previous: asBuffer(before) }
    })
  }

  function readEntries(prefix: string, { after, within }: Cursor, through: Revision): Slice {
    const start = performance.now()
    const stop = Math.min(through, revisionOf(after) + window)
    const changes: Change[] = []
    let bytes = 0
    let last = after
    for (const row of entries.iterate(after, lastVersionOf(stop), prefix, prefixEnd(prefix))) {
      const entry = row as unknown as Entry
      const version = entry[0]
      const revision = revisionOf(version)
      const full = bytes > SLICE_BYTES || performance.now() - start > SLICE_MS
      if (full && revision > revisionOf(last) && last > after) {
        window = Math.max(100, window / 2)
        return { changes, next: { after: lastVersionOf(revision - 1) }, revision: revision - 1 }
      }
      if (entry[1] === SWEEP) {
        const removed = sweepChanges(entry, prefix, last === after ? within : undefined)
        for (const change of removed) changes.push(change)
        if (removed.length === SWEEP_KEYS) {
          const next = { after: version - 1, within: removed.at(-1)?.key as string }
          return { changes, next, revision: revision - 1 }
        }
      } else {
        changes.push(toChange(entry))
        bytes += (entry[3]?.byteLength ?? 0) + (entry[4]?.byteLength ?? 0)
      }
      last = version
    }
    if (performance.now() - start < SLICE_MS / 3) window = Math.min(MOST_REVISIONS, window * 2)
    return { changes, next: stop < through ? { after: lastVersionOf(stop) } : undefined, revision: stop }
  }

  return {
    read(prefix, cursor, through) {
      begin.get()
      try {
        const oldest = (compacted.get() as unknown as [Revision])[0]
        if (revisionOf(cursor.after + 1) < oldest) throw compactedError(revisionOf(cursor.after), oldest)
        for (const { share, before } of cuts()) {
          if (revisionOf(cursor.after + 1) < before && overlaps(share, prefix)) {
            throw compactedError(revisionOf(cursor.after), before)
          }
        }
        const far = through - revisionOf(cursor.after) > FAR && cursor.within === undefined
        const changes = far ? readKeyHistory(prefix, cursor.after, through) : undefined
        return changes === undefined
          ? readEntries(prefix, cursor, through)
          : { changes, next: undefined, revision: through }
      } finally {
        end.get()
      }
    },
  }
}

type Entry = readonly [
  version: Version,
  kind: number,
  key: string,
  value: Uint8Array | null,
  previous: Uint8Array | null,
]

function toChange([version, , key, value, previous]: Entry): Change {
  return {
    key,
    version,
    value: value === null ? undefined : asBuffer(value),
    previous: previous === null ? undefined : asBuffer(previous),
  }
}
