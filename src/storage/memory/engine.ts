/** The memory engine: for tests that want no disk. The same contract, and a history bounded by age and number. */
import { closedError, compactedError, futureError } from '../errors.ts'
import { checkLimits, judge } from '../judge.ts'
import { createLanes } from '../lanes.ts'
import type { Change, Commit, CommitResult, RangeResult, Revision, Row, Store } from '../store.ts'
import { revisionOf, versionOf } from '../store.ts'
import { createWatchHub, type Publication } from '../watches.ts'
import { createHorizon } from './horizon.ts'
import { createVersions } from './versions.ts'

/** So many rows a page holds at most, and a count takes at a time. */
const PAGE = 5_000
/** So many old changes are forgotten with each group of commits. */
const FORGET = 1_000

interface Pending {
  readonly commit: Commit
  readonly resolve: (result: CommitResult) => void
}

export function createMemoryStore(): Store {
  const versions = createVersions()
  const lanes = createLanes<Pending>(({ commit }) => commit.operations.length)
  const horizon = createHorizon()
  let revision: Revision = 1
  let compacted: Revision = 0
  let closed = false
  let writing = false

  const hub = createWatchHub({
    published: () => revision,
    compacted: () => compacted,
    history: (prefix, cursor, through) => {
      if (revisionOf(cursor.after + 1) < compacted) throw compactedError(revisionOf(cursor.after), compacted)
      return versions.history(prefix, cursor, through)
    },
  })
  const view = {
    version: (key: string) => versions.latest(key)?.version,
    value: (key: string) => versions.latest(key)?.value,
    first: (prefix: string) => versions.rows(prefix, undefined, revision).next().value?.key,
  }

  function assertOpen(): void {
    if (closed) throw closedError()
  }

  /** One group a turn of the event loop. Those who commit in `deliver` get into the next. */
  function write(): void {
    const publication = hub.publish()
    const answers = lanes.take().map(({ commit, resolve }) => [resolve, apply(commit, publication)] as const)
    publication.deliver(revision)
    for (const [resolve, result] of answers) resolve(result)
    forget()
    writing = lanes.size() > 0
    if (writing) setImmediate(write)
  }

  function apply(commit: Commit, publication: Publication): CommitResult {
    const verdict = judge(commit, view)
    if (!verdict.ok) return { ok: false, failed: verdict.failed, row: versions.latest(verdict.key) }
    if (commit.operations.length === 0) return { ok: true, revision }
    revision++
    for (const [place, operation] of commit.operations.entries()) {
      const version = versionOf(revision, place)
      const changes: (Change | undefined)[] =
        operation.type === 'deletePrefix'
          ? versions.sweep(operation.prefix, version)
          : operation.type === 'delete'
            ? [versions.delete(operation.key, version)]
            : [
                versions.put(
                  operation.key,
                  operation.type === 'put' ? operation.value : sum(verdict.sums, place),
                  version,
                ),
              ]
      for (const change of changes) if (change !== undefined) publication.add(change.key, () => change)
    }
    return { ok: true, revision }
  }

  function forget(): void {
    const until = horizon.advance(revision, versions)
    if (until > compacted) compacted = until
    versions.forget(compacted, FORGET)
  }

  function checkRevision(at: Revision): void {
    if (at < compacted) throw compactedError(at, compacted)
    if (at > revision) throw futureError(at, revision)
  }

  return {
    revision: () => revision,
    compacted: () => compacted,
    async get(key) {
      assertOpen()
      return versions.latest(key)
    },
    async range({ prefix, after, limit, at = revision }): Promise<RangeResult> {
      assertOpen()
      checkRevision(at)
      const rows: Row[] = []
      const size = Math.min(limit, PAGE)
      for (const row of versions.rows(prefix, after, at)) {
        if (rows.length === size) return { rows, more: true, revision: at }
        rows.push(row)
      }
      return { rows, more: false, revision: at }
    },
    async count(prefix, enough = Number.POSITIVE_INFINITY) {
      let count = 0
      let after: string | undefined
      for (;;) {
        assertOpen()
        let page = 0
        for (const row of versions.rows(prefix, after, revision)) {
          after = row.key
          if (++page === PAGE) break
        }
        count += page
        if (page < PAGE || count >= enough) return count
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    async occupied(prefixes, beyond = 0) {
      assertOpen()
      return prefixes.filter((prefix) => versions.rows(prefix, undefined, revision).drop(beyond).next().done !== true)
    },
    async commit(commit) {
      assertOpen()
      checkLimits(commit)
      return new Promise<CommitResult>((resolve) => {
        lanes.push(commit.lane, { commit, resolve })
        if (writing) return
        writing = true
        queueMicrotask(write)
      })
    },
    async watch(request) {
      assertOpen()
      return hub.watch(request)
    },
    async compact(before) {
      assertOpen()
      if (before > revision) throw futureError(before, revision)
      if (before > compacted) compacted = before
      while (!versions.forget(compacted, FORGET)) await new Promise((resolve) => setImmediate(resolve))
    },
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      while (lanes.size() > 0) await new Promise((resolve) => setImmediate(resolve))
      hub.fail(closedError())
    },
  }
}

function sum(sums: ReadonlyMap<number, Buffer>, place: number): Buffer {
  return sums.get(place) as Buffer
}
