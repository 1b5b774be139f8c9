/**
 * The store contract: an ordered map of bytes with a revision, as in etcd. One conformance suite (conformance.ts) runs
 * against every engine; whatever that suite does not promise, no caller may rely on.
 *
 * Keys are printable ASCII (keys.ts escapes what is not), ordered by their bytes; any other text is a TypeError. An empty
 * store is at revision 1. A commit is atomic and gets the next revision; its operations take effect one after another.
 * Within a commit each operation has a place (0 to 127), and `version = revision × 256 + place` is what the wire calls
 * resourceVersion: a watch can so be resumed inside a commit. Versions are exact as JavaScript numbers for 2^45 commits.
 */

export type Revision = number
export type Version = number

export function versionOf(revision: Revision, place: number): Version {
  return revision * 256 + place
}

export function revisionOf(version: Version): Revision {
  return Math.floor(version / 256)
}

/** No version of the revision is greater: what a list at the revision is followed by a watch after. */
export function lastVersionOf(revision: Revision): Version {
  return revision * 256 + 255
}

/** One key's latest state, or its state at a revision. `value` must not be written to. */
export interface Row {
  readonly key: string
  readonly value: Buffer
  /** When this state was written. */
  readonly version: Version
}

export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: Buffer }
  | { readonly type: 'delete'; readonly key: string }
  /** A range tombstone: removes all keys that begin with the prefix. Watchers see one deletion per key, of which all but the
   *  last carry the version before the operation's own: who resumes from one of them gets all of them again. */
  | { readonly type: 'deletePrefix'; readonly prefix: string }
  /** Adds to a counter (a row of decimal digits, absent = 0); the commit fails when the sum leaves [0, max], or the row is
   *  no counter. */
  | { readonly type: 'add'; readonly key: string; readonly delta: number; readonly max?: number }

/** Judged by the writer alone, at the moment of the commit. */
export type Precondition =
  /** The key's latest version is exactly this one. Lifecycle epochs are keys of their own, guarded by this. */
  | { readonly type: 'version'; readonly key: string; readonly version: Version }
  | { readonly type: 'absent'; readonly key: string }
  /** The key exists, at whatever version: an owner of an object that is being written. */
  | { readonly type: 'present'; readonly key: string }
  /** No key begins with the prefix: an owner that is removed while nothing depends on it. */
  | { readonly type: 'noneUnder'; readonly prefix: string }

export interface Commit {
  readonly preconditions: readonly Precondition[]
  /** Up to MAX_OPERATIONS, and MAX_COMMIT_BYTES of keys and values. Without any, only the preconditions are judged. A value
   *  belongs to the store from here on: it must not be written to. */
  readonly operations: readonly Operation[]
  /** Who pays: the writer takes turns between lanes (a logical cluster), so that one tenant's flood delays nobody else. Of one
   *  lane, commits that write or judge a common key take effect in the order in which they were made. */
  readonly lane: string
}

export const MAX_OPERATIONS = 128
/**
 * etcd takes requests of up to 1.5 MiB (server/embed: DefaultMaxRequestBytes), in which kube-apiserver keeps built-in kinds as
 * protobuf: 1 MiB of a Secret's data beside 256 KiB of annotations. In JSON that data is base64, a third longer: whatever upstream
 * stores of a Secret fits into 2 MiB, with its index rows. Custom resources are JSON there, too, and have that much more room here.
 */
export const MAX_COMMIT_BYTES = 2 * 1024 * 1024

export type CommitResult =
  /** Durable (fsync) and visible to every later read. */
  | { readonly ok: true; readonly revision: Revision }
  /** Nothing was written. `failed` is the index of the first precondition that does not hold and `row` what is there (under
   *  a prefix, the first); an `add` that leaves its bounds is reported with the index preconditions.length + its place. */
  | { readonly ok: false; readonly failed: number; readonly row: Row | undefined }

export interface RangeRequest {
  readonly prefix: string
  /** Only keys after this one, in order. Any text; it need not be a key. */
  readonly after?: string
  /** At most this many rows; the engine may return fewer rows than asked for with `more`, to keep its slices short. Whenever
   *  there is `more`, there is at least one row to go on after. */
  readonly limit: number
  /** The state at this revision; default: the latest. Throws a StoreError `compacted` when the history is gone, `future` when
   *  the store has not reached it. */
  readonly at?: Revision
}

export interface RangeResult {
  readonly rows: readonly Row[]
  readonly more: boolean
  /** The revision that the rows are a consistent picture of: `at`, or the latest when it was read. */
  readonly revision: Revision
}

export interface Change {
  readonly key: string
  readonly version: Version
  /** The state after; undefined for a deletion. */
  readonly value: Buffer | undefined
  /** The state before; undefined for a creation. Selectors see transitions by it, and DELETED carries the last state. */
  readonly previous: Buffer | undefined
}

/** Changes in order. Watches of one prefix are handed the same batch, which must not be changed. */
export interface WatchBatch {
  readonly changes: readonly Change[]
  /** All changes of this revision and those before it have been delivered. Except in the history of very large commits a
   *  batch holds whole commits. */
  readonly revision: Revision
}

export interface WatchRequest {
  readonly prefix: string
  /** Delivers every change whose version is greater than this one, first from history, then live, without a gap. */
  readonly after: Version
  /** Called in order, never concurrently, and once the watch is live before the commit's own promise resolves (a commit
   *  whose deletePrefix removes hundreds of keys may come later, in slices). The end of the history is told by a batch, if
   *  need be without changes; from then on the watch is as far as `revision()`. Must not throw or block. */
  readonly deliver: (batch: WatchBatch) => void
  /** The watch has ended by itself: the history was compacted before it could be read (`compacted`), the store has `failed`,
   *  or was `closed`. */
  readonly failed: (error: Error) => void
}

export interface Store extends AsyncDisposable {
  /** The revision of the last commit that reads see. */
  revision(): Revision
  get(key: string): Promise<Row | undefined>
  range(request: RangeRequest): Promise<RangeResult>
  /** Of a store that several processes share: resolves when all that any of them had committed at the call is published here,
   *  seen by every later read and watch. Absent where there is one process. Throws a StoreError `failed`. */
  readonly fresh?: () => Promise<void>
  /** How many keys begin with the prefix now. While others write under a prefix of many keys, a number in between.
   *  With `enough`: any number that is not less may stand for all that are not. */
  count(prefix: string, enough?: number): Promise<number>
  /** Of the prefixes, those that some key begins with now, or more keys than `beyond`, in one slice: what is in a logical cluster
   *  lies under as many of them as there are kinds. */
  occupied(prefixes: readonly string[], beyond?: number): Promise<readonly string[]>
  /** Resolves when durable, or with the precondition that failed. Throws a StoreError: `failed` when the outcome is not known;
   *  `full`, `closed` and `tooLarge` when nothing was written. */
  commit(commit: Commit): Promise<CommitResult>
  /** Resolves once the watch is registered: no later commit is missed. `Symbol.dispose` ends it. Throws a StoreError
   *  `compacted` or `future` when `after` lies before the history or ahead of the store. */
  watch(request: WatchRequest): Promise<Disposable>
  /** Forgets history before the revision: ranges at an older one, and watches of older changes, fail as compacted. The space
   *  is freed in the background. */
  compact(before: Revision): Promise<void>
  /** The oldest revision a range may ask for, and the oldest whose changes a watch may ask for. Under a prefix with a share of
   *  the history that has outgrown its bound (shares.ts) it can be a later one. */
  compacted(): Revision
}
