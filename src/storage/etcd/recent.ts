/** The latest part of the history, in memory, from which most watches are fed; what lies before it is read from etcd. */
import { compactedError } from '../errors.ts'
import type { Cursor, Slice } from '../history.ts'
import { lowerBound } from '../memory/sorted-map.ts'
import { type Change, lastVersionOf, type Revision, revisionOf } from '../store.ts'
import type { PlacedChange } from './commit-record.ts'

/** So many changes a slice of history looks at, and all of the last one's revision. */
const SLICE = 5_000

export interface Recent {
  add(changes: readonly PlacedChange[]): void
  /** The newest revision whose changes are not here any more. */
  before(): Revision
  read(prefix: string, cursor: Cursor, through: Revision): Slice
}

/** @param before the revision that the store is at; `bytes`: how much of keys and values to keep */
export function createRecent(before: Revision, bytes: number): Recent {
  let entries: PlacedChange[] = []
  let dropped = 0
  let size = 0
  let last = before

  function drop(): void {
    while (size > bytes && dropped < entries.length) {
      const revision = revisionOf((entries[dropped] as PlacedChange).operation)
      // Whole revisions: whoever begins after one finds all of the next.
      for (let entry = entries[dropped]; entry && revisionOf(entry.operation) === revision; entry = entries[++dropped])
        size -= sizeOf(entry.change)
      last = revision
    }
    // Cut off now and then: an array's head is dear to remove one by one.
    if (dropped < 1_000 || dropped < entries.length / 2) return
    entries = entries.slice(dropped)
    dropped = 0
  }

  return {
    add(changes) {
      for (const change of changes) {
        entries.push(change)
        size += sizeOf(change.change)
      }
      drop()
    },
    before: () => last,
    read(prefix, { after }, through) {
      if (after < lastVersionOf(last)) throw compactedError(revisionOf(after), last + 1)
      const start = lowerBound(entries, ({ operation }) => operation <= after)
      const most = lowerBound(entries, ({ operation }) => operation <= lastVersionOf(through))
      let end = Math.min(start + SLICE, most)
      const cut = entries[end - 1]
      while (end < most && cut && revisionOf((entries[end] as PlacedChange).operation) === revisionOf(cut.operation))
        end++
      const changes = entries.slice(start, end).flatMap(({ change }) => (change.key.startsWith(prefix) ? [change] : []))
      const next = end < most ? entries[end] : undefined
      if (next === undefined || cut === undefined) return { changes, next: undefined, revision: through }
      const revision = revisionOf(cut.operation)
      return { changes, next: { after: lastVersionOf(revision) }, revision: revisionOf(next.operation) - 1 }
    },
  }
}

/** What a change costs beside its text and values, roughly; the state before is that of an older change, or of a row. */
const OVERHEAD = 200

function sizeOf({ key, value, previous }: Change): number {
  return OVERHEAD + key.length + (value?.length ?? 0) + (previous?.length ?? 0)
}
