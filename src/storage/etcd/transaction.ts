/**
 * A commit as one transaction of etcd. Preconditions are its comparisons; where they fail, it reads in the same breath all rows that
 * the commit names, so that what failed is judged (judge.ts) on one revision.
 */
import { StoreError } from '../errors.ts'
import type { View } from '../judge.ts'
import type { Commit, Row, Version } from '../store.ts'
import { type CommitRecord, encodeRecord, fold } from './commit-record.ts'
import { wrap } from './envelope.ts'
import type { Layout } from './layout.ts'
import type { Compare, RequestOp, TxnAnswer, TxnMessage } from './messages.ts'

/** etcd's --max-txn-ops: comparisons and operations of a transaction, those of one that it contains in addition. */
const MAX_OPS = 128
/** Values of a larger commit are deflated: etcd takes 1.5 MiB by default (--max-request-bytes). */
const LARGE = 512 * 1024

/** What a commit names: rows by their key, and the first row under some prefixes. */
export interface Named {
  readonly keys: readonly string[]
  readonly prefixes: readonly string[]
}

export function namedBy({ preconditions, operations }: Commit): Named {
  const keys = new Set<string>()
  const prefixes = new Set<string>()
  for (const one of preconditions) {
    if (one.type === 'noneUnder') prefixes.add(one.prefix)
    else keys.add(one.key)
  }
  for (const one of operations) if (one.type === 'add') keys.add(one.key)
  return { keys: [...keys], prefixes: [...prefixes] }
}

/** Reads what is named, the fence, and when the last commit was. */
export function readsOf({ keys, prefixes }: Named, layout: Layout): RequestOp[] {
  return [
    { range: { key: layout.fence, keysOnly: true } },
    { range: { key: layout.commit, keysOnly: true } },
    ...keys.map((key) => ({ range: { key: layout.row(key) } })),
    ...prefixes.map((prefix) => ({ range: { key: layout.row(prefix), end: layout.rowsEnd(prefix), limit: 1 } })),
  ]
}

/** What is there, at one moment. */
export interface Picture extends View {
  row(key: string): Row | undefined
}

export interface Reading {
  readonly picture: Picture
  /** In etcd's revisions. */
  readonly fence: number
  readonly lastCommit: number
}

export function readingOf({ ranges }: TxnAnswer, named: Named, rowOf: (kv: ReadKeyValue) => Row | undefined): Reading {
  const [fence, lastCommit, ...rest] = ranges.map(({ kvs }) => kvs[0])
  const rows = new Map<string, Row>()
  const firsts = new Map<string, string>()
  for (const [at, kv] of rest.entries()) {
    const row = kv && rowOf(kv)
    if (row === undefined) continue
    rows.set(row.key, row)
    const prefix = named.prefixes[at - named.keys.length]
    if (prefix !== undefined) firsts.set(prefix, row.key)
  }
  return {
    picture: pictureOf(
      (key) => rows.get(key),
      (prefix) => firsts.get(prefix),
    ),
    fence: fence?.modRevision ?? 0,
    lastCommit: lastCommit?.modRevision ?? 0,
  }
}

type ReadKeyValue = TxnAnswer['ranges'][number]['kvs'][number]

export function pictureOf(row: (key: string) => Row | undefined, first: View['first']): Picture {
  return { row, first, version: (key) => row(key)?.version, value: (key) => row(key)?.value }
}

export interface TransactionOptions {
  readonly commit: Commit
  readonly id: string
  readonly layout: Layout
  readonly named: Named
  /** Of the counters, and of rows whose version is expected: those are at that version here. */
  readonly picture: Picture
  readonly sums: ReadonlyMap<number, Buffer>
  readonly fence: number
  /** The mod_revision of a row at this version. */
  readonly modRevision: (version: Version) => number
}

/** Throws a StoreError `tooLarge`. */
export async function transactionOf(options: TransactionOptions): Promise<TxnMessage> {
  const { commit, id, layout, named, sums, fence } = options
  const { puts, deletes, sweeps, record } = fold(commit.operations, sums)
  const failure = readsOf(named, layout)
  const compare = [isAt(layout.fence, fence), ...comparisonsOf(options)]
  let bytes = 0
  for (const { value } of puts.values()) bytes += value.length
  const success: RequestOp[] = []
  for (const [key, { value, place }] of puts)
    success.push({ put: { key: layout.row(key), value: await wrap(value, place, bytes > LARGE) } })
  for (const key of deletes) success.push({ remove: { key: layout.row(key) } })
  for (const prefix of sweeps) success.push(...sweep(prefix, [...puts.keys()], layout))
  const recorded: CommitRecord = { id, ...record }
  success.push({ put: { key: layout.commit, value: encodeRecord(recorded) } })
  return fitted({ compare, success, failure })
}

function comparisonsOf({ commit, layout, picture, modRevision }: TransactionOptions): Compare[] {
  const compared = new Map<string, Compare>()
  for (const one of commit.preconditions) {
    if (one.type === 'noneUnder') {
      const key = layout.row(one.prefix)
      compared.set(`${one.prefix} none`, {
        ...{ target: 'create', key, end: layout.rowsEnd(one.prefix), equal: true, revision: 0 },
      })
    } else {
      const key = layout.row(one.key)
      if (one.type === 'version') compared.set(`${one.key} at`, isAt(key, modRevision(one.version)))
      else compared.set(`${one.key} ${one.type}`, { target: 'create', key, equal: one.type === 'absent', revision: 0 })
    }
  }
  for (const one of commit.operations) {
    if (one.type !== 'add') continue
    const version = picture.version(one.key)
    compared.set(`${one.key} at`, isAt(layout.row(one.key), version === undefined ? 0 : modRevision(version)))
  }
  return [...compared.values()]
}

/** An absent key has the revision 0. */
function isAt(key: string, revision: number): Compare {
  return { target: 'mod', key, equal: true, revision }
}

/** All keys with the prefix but those that the same transaction writes: etcd refuses a key that is deleted and put. */
function sweep(prefix: string, put: readonly string[], layout: Layout): RequestOp[] {
  const kept = put.filter((key) => key.startsWith(prefix)).sort()
  const starts = [layout.row(prefix), ...kept.map((key) => `${layout.row(key)}!`)]
  const ends = [...kept.map(layout.row), layout.rowsEnd(prefix)]
  return starts.flatMap((key, index) => {
    const end = ends[index] as string
    return key < end ? [{ remove: { key, end } }] : []
  })
}

/** As etcd counts (checkTxnRequest): what is too long for one list goes into two transactions within it. */
function fitted({ compare, success, failure }: TxnMessage): TxnMessage {
  const width = Math.max(compare.length, failure.length)
  if (width <= MAX_OPS && success.length <= MAX_OPS) return { compare, success, failure }
  const room = MAX_OPS - Math.max(width, 2)
  if (success.length > 2 * room) {
    throw new StoreError('tooLarge', 'a commit on etcd holds at most 128 operations and preconditions together')
  }
  const inner = (part: readonly RequestOp[]): RequestOp => ({ txn: { compare: [], success: part, failure: [] } })
  return { compare, success: [inner(success.slice(0, room)), inner(success.slice(room))], failure }
}
