/**
 * Rows as of what is published: those in memory, the others read from etcd at that revision. A member answers by itself (a
 * revision that it has not reached it refuses, and is then asked again by way of the leader), so reads cost no quorum.
 */

import { createRowCache, type RowCache } from '../embedded/row-cache.ts'
import { compactedError, futureError } from '../errors.ts'
import { rangeStart } from '../keys.ts'
import type { Change, RangeRequest, RangeResult, Revision, Row } from '../store.ts'
import type { EtcdClient } from './client.ts'
import { CODES, GrpcError } from './grpc.ts'
import type { Layout } from './layout.ts'
import type { RangeAnswer, RangeMessage } from './messages.ts'
import type { Numbering } from './numbering.ts'

const CACHE_BYTES = 32 * 1024 * 1024
/** So many keys are known to be absent. */
const ABSENT = 50_000
/** A page's rows at most. */
const PAGE = 1_000

export interface RowView {
  get(key: string, revision: Revision): Promise<Row | undefined>
  /** What memory knows; `undefined`: nothing. */
  known(key: string): { readonly row: Row | undefined } | undefined
  range(request: RangeRequest, revision: Revision): Promise<RangeResult>
  count(prefix: string, revision: Revision): Promise<number>
  isOccupied(prefix: string, beyond: number, revision: Revision): Promise<boolean>
  publish(change: Change): void
}

interface Read {
  readonly row: Promise<Row | undefined>
  /** The key has been written since: what is read is not to be kept. */
  stale: boolean
}

export function createRowView(client: EtcdClient, layout: Layout, numbering: Numbering): RowView {
  const cache: RowCache = createRowCache(CACHE_BYTES)
  const absent = new Set<string>()
  const reads = new Map<string, Read>()

  async function ask(message: RangeMessage, revision: Revision): Promise<RangeAnswer> {
    const at = numbering.toEtcd(revision)
    try {
      return await client.range({ ...message, revision: at, serializable: true })
    } catch (error) {
      if (!(error instanceof GrpcError) || error.code !== CODES.outOfRange) throw error
      if (error.message.includes('compacted')) throw compactedError(revision, revision + 1)
      if (!error.message.includes('future')) throw error
    }
    try {
      return await client.range({ ...message, revision: at })
    } catch (error) {
      if (!(error instanceof GrpcError) || error.code !== CODES.outOfRange) throw error
      throw error.message.includes('compacted') ? compactedError(revision, revision + 1) : futureError(revision, 0)
    }
  }

  async function read(key: string, revision: Revision): Promise<Row | undefined> {
    const { kvs } = await ask({ key: layout.row(key) }, revision)
    return kvs[0] && numbering.rowOf(kvs[0])
  }

  function keep(key: string, row: Row | undefined): void {
    if (row !== undefined) {
      cache.set({ ...row, value: Buffer.from(row.value) })
      return
    }
    if (absent.size >= ABSENT) absent.clear()
    absent.add(key)
  }

  return {
    async get(key, revision) {
      const cached = cache.get(key)
      if (cached !== undefined) return cached
      if (absent.has(key)) return undefined
      const under = reads.get(key)
      if (under !== undefined) return under.row
      const reading: Read = { row: read(key, revision), stale: false }
      reads.set(key, reading)
      try {
        const row = await reading.row
        if (!reading.stale) keep(key, row)
        return row
      } finally {
        if (reads.get(key) === reading) reads.delete(key)
      }
    },
    known(key) {
      const row = cache.peek(key)
      if (row !== undefined) return { row }
      return absent.has(key) ? { row: undefined } : undefined
    },
    async range({ prefix, after, limit }, revision) {
      const size = Math.min(limit, PAGE)
      const key = layout.row(rangeStart(prefix, after))
      const answer = await ask({ key, end: layout.rowsEnd(prefix), limit: size }, revision)
      const rows = answer.kvs.flatMap((kv) => numbering.rowOf(kv) ?? [])
      return { rows, more: answer.more, revision }
    },
    async count(prefix, revision) {
      const key = layout.row(prefix)
      return (await ask({ key, end: layout.rowsEnd(prefix), countOnly: true }, revision)).count
    },
    async isOccupied(prefix, beyond, revision) {
      const key = layout.row(prefix)
      const found = await ask({ key, end: layout.rowsEnd(prefix), limit: beyond + 1, keysOnly: true }, revision)
      return found.kvs.length > beyond
    },
    publish({ key, value, version }) {
      const under = reads.get(key)
      if (under !== undefined) {
        under.stale = true
        reads.delete(key)
      }
      if (value === undefined) {
        cache.delete(key)
        return
      }
      absent.delete(key)
      cache.set({ key, value: Buffer.from(value), version })
    },
  }
}
