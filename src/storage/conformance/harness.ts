/** What the tests of every engine have in common: short ways to write, and a watch that keeps what it saw. */
import assert from 'node:assert/strict'
import type { Change, Commit, Operation, Precondition, Revision, Row, Store, Version, WatchBatch } from '../store.ts'

export type Open = () => Promise<Store>

export const bytes = (text: string): Buffer => Buffer.from(text)

export function put(key: string, value = key): Operation {
  return { type: 'put', key, value: bytes(value) }
}

export function remove(key: string): Operation {
  return { type: 'delete', key }
}

export function removeAll(prefix: string): Operation {
  return { type: 'deletePrefix', prefix }
}

export function commitOf(
  operations: readonly Operation[],
  preconditions: readonly Precondition[] = [],
  lane = 'lane',
): Commit {
  return { operations, preconditions, lane }
}

/** Commits what must succeed. */
export async function write(store: Store, ...operations: Operation[]): Promise<Revision> {
  const result = await store.commit(commitOf(operations))
  assert.ok(result.ok)
  return result.revision
}

/** All pages of a range, at the revision of the first. */
export async function readAll(store: Store, prefix: string, limit = 1000, at?: Revision): Promise<Row[]> {
  const rows: Row[] = []
  let page = await store.range({ prefix, limit, ...(at === undefined ? {} : { at }) })
  rows.push(...page.rows)
  while (page.more) {
    const after = rows.at(-1)?.key
    assert.ok(after !== undefined, 'a page with more has a row')
    page = await store.range({ prefix, limit, after, at: page.revision })
    rows.push(...page.rows)
  }
  return rows
}

export interface Seen {
  readonly changes: Change[]
  readonly batches: WatchBatch[]
  readonly errors: Error[]
  /** Resolves when the history has been delivered, or the watch has failed. */
  caughtUp(): Promise<void>
  [Symbol.dispose](): void
}

export async function watchAll(store: Store, prefix: string, after: Version): Promise<Seen> {
  const seen = { changes: [] as Change[], batches: [] as WatchBatch[], errors: [] as Error[] }
  const watch = await store.watch({
    prefix,
    after,
    deliver: (batch) => {
      seen.batches.push(batch)
      seen.changes.push(...batch.changes)
    },
    failed: (error) => seen.errors.push(error),
  })
  const started = store.revision()
  return {
    ...seen,
    // Once the history has been told to its end, the watch is live and as far as the store.
    caughtUp: () => until(() => seen.errors.length > 0 || (seen.batches.at(-1)?.revision ?? 0) >= started),
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  }
}

export async function until(condition: () => boolean, milliseconds = 60_000): Promise<void> {
  const deadline = performance.now() + milliseconds
  while (!condition()) {
    assert.ok(performance.now() < deadline, `waited ${milliseconds} ms for: ${condition}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

export const text = (value: Buffer | undefined): string | undefined => value?.toString()

/** A change in words: "version key before > after". */
export function inWords(change: Change): string {
  return `${change.version} ${change.key} ${text(change.previous) ?? '-'} > ${text(change.value) ?? '-'}`
}
