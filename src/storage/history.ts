/** How an engine hands out its history: in short slices, each to be resumed where it ended. */
import type { Change, Revision, Version } from './store.ts'

/** All operations up to version `after` have been read; of the deletePrefix that follows, the keys up to `within`. */
export interface Cursor {
  readonly after: Version
  readonly within?: string
}

export interface Slice {
  readonly changes: readonly Change[]
  /** Undefined: nothing is left up to the revision that was asked for. */
  readonly next: Cursor | undefined
  /** All changes of this revision and those before it have been read. */
  readonly revision: Revision
}

/** Reads on from the cursor up to a revision; throws a StoreError `compacted`. */
export type ReadHistory = (prefix: string, cursor: Cursor, through: Revision) => Slice

/**
 * The version that the deletion of one of a deletePrefix's keys carries. Only the last carries the operation's own: whoever
 * saw a part of them and resumes from a version it saw, gets them all again, and misses none.
 */
export function sweptVersion(version: Version, last: boolean): Version {
  return last ? version : version - 1
}
