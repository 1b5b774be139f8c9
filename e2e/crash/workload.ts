/**
 * A stream of commits in which the number of commits decides everything: the n-th gets revision n + 1, and what is in the
 * store then follows. So a store that was cut off anywhere can be held against what it must hold.
 */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import {
  type Change,
  type Encryption,
  type Operation,
  openStore,
  type Revision,
  type Row,
  type Store,
  type Version,
  versionOf,
} from '../../src/storage/index.ts'

const KEYS = 41

function textOf(n: number): string {
  return `${n}:${'0123456789abcdef'.repeat((n * 7919) % 190)}`
}

export function operationsOf(n: number): Operation[] {
  const key = `/row/${(n * 31) % KEYS}`
  const last: Operation = { type: 'put', key: '/last', value: Buffer.from(String(n)) }
  const count: Operation = { type: 'add', key: '/count', delta: 1 }
  if (n % 29 === 0) return [{ type: 'deletePrefix', prefix: '/row/1' }, last, count]
  if (n % 11 === 0) return [last, { type: 'delete', key }, count]
  return [{ type: 'put', key, value: Buffer.from(textOf(n)) }, count, last]
}

/** Makes commits from the store's revision on, `width` at a time, until told to stop. All in one lane: in order. */
export async function write(store: Store, until: Revision, width: number, acked: (n: number) => void): Promise<void> {
  for (let n = store.revision(); n < until; n += width) {
    const burst = Array.from({ length: Math.min(width, until - n) }, async (_, index) => {
      const operations = operationsOf(n + index)
      const result = await store.commit({ lane: 'one', preconditions: [], operations })
      assert.deepEqual(result, { ok: true, revision: n + index + 1 })
      acked(n + index)
    })
    await Promise.all(burst)
  }
}

/** Rows and changes as they must be at a revision, the changes from a version on. */
function replay(revision: Revision, after: Version): { rows: string[]; changes: string[] } {
  const rows = new Map<string, string>()
  const changes: string[] = []
  for (let n = 1; n < revision; n++) {
    for (const [place, operation] of operationsOf(n).entries()) {
      const version = (n + 1) * 256 + place
      const change = (key: string, value: string | undefined, told: Version) => {
        const previous = rows.get(key)
        if (value === undefined) rows.delete(key)
        else rows.set(key, value)
        if (version > after) changes.push(inWords(told, key, previous, value))
      }
      if (operation.type === 'put') change(operation.key, operation.value.toString(), version)
      else if (operation.type === 'add') change(operation.key, String(n), version)
      else if (operation.type === 'delete') {
        if (rows.has(operation.key)) change(operation.key, undefined, version)
      } else {
        const keys = [...rows.keys()].filter((key) => key.startsWith(operation.prefix)).sort()
        for (const key of keys) change(key, undefined, key === keys.at(-1) ? version : version - 1)
      }
    }
  }
  return { rows: [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key} ${value}`), changes }
}

function inWords(version: Version, key: string, previous: string | undefined, value: string | undefined): string {
  return `${version} ${key} ${previous?.slice(0, 12) ?? '-'} > ${value?.slice(0, 12) ?? '-'}`
}

/**
 * Opens what is left of a store and checks that all that was acknowledged is there, that it is the state after some number of
 * commits and nothing else, that a watch gives exactly the changes after `seen` (or all that the history has), and that it can be written to.
 */
export async function verify(
  directory: string,
  acked: number,
  seen: Version,
  encryption?: Encryption,
): Promise<Revision> {
  let revision: Revision
  {
    await using store = await openStore({ engine: 'embedded', directory, ...(encryption && { encryption }) })
    revision = store.revision()
    assert.ok(revision > acked, `commit ${acked} was acknowledged, the store ends with commit ${revision - 1}`)
    const from = Math.max(seen, versionOf(store.compacted(), 0) - 1)
    const expected = replay(revision, from)
    const rows = await rowsOf(store)
    assert.deepEqual(
      rows.map(({ key, value }) => `${key} ${value}`),
      expected.rows,
    )
    const changes = await changesAfter(store, from)
    assert.deepEqual(
      changes.map(({ version, key, previous, value }) =>
        inWords(version, key, previous?.toString(), value?.toString()),
      ),
      expected.changes,
    )
  }
  using db = new DatabaseSync(`${directory}/store.db`)
  assert.equal(db.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok')
  return revision
}

async function rowsOf(store: Store): Promise<Row[]> {
  const rows: Row[] = []
  for (let after = ''; ; after = rows.at(-1)?.key ?? after) {
    const page = await store.range({ prefix: '/', limit: 1_000, after })
    rows.push(...page.rows)
    if (!page.more) return rows
  }
}

async function changesAfter(store: Store, after: Version): Promise<Change[]> {
  const changes: Change[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  using _watch = await store.watch({
    prefix: '/',
    after,
    deliver: (batch) => {
      changes.push(...batch.changes)
      if (batch.revision === store.revision()) resolve()
    },
    failed: reject,
  })
  await promise
  return changes
}
