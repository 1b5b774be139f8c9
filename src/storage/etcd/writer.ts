/**
 * Commits, one transaction each, tried until it is known what became of them. An answer that never came is found out: a new fence is
 * written, which every transaction compares, so that no older one can be carried out any more; once that is published, so is
 * whatever was carried out before it.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { failedError, fullError, StoreError } from '../errors.ts'
import { judge } from '../judge.ts'
import type { Commit, CommitResult, Revision } from '../store.ts'
import type { EtcdClient } from './client.ts'
import { CODES, GrpcError } from './grpc.ts'
import type { Layout } from './layout.ts'
import type { TxnMessage } from './messages.ts'
import type { Numbering } from './numbering.ts'
import type { RowView } from './row-view.ts'
import { type Named, namedBy, pictureOf, type Reading, readingOf, readsOf, transactionOf } from './transaction.ts'

/** An outcome that is not known after so long is told as such. */
const PATIENCE_MS = 30_000
const PAUSE_MS = 50

export interface WriterOptions {
  readonly client: EtcdClient
  readonly layout: Layout
  readonly numbering: Numbering
  readonly rows: RowView
  /** In etcd's revisions, at the opening. */
  readonly fence: number
  readonly published: () => Revision
  /** Resolves when all of etcd's revision is published. */
  readonly untilSeen: (etcdRevision: number) => Promise<void>
}

export interface Writer {
  commit(commit: Commit): Promise<CommitResult>
  /** A commit with this id has been published. */
  published(id: string, revision: Revision): void
}

export function createWriter(options: WriterOptions): Writer {
  const { client, layout, numbering, rows, published, untilSeen } = options
  const process = randomBytes(6).toString('base64url')
  /** Commits under way, and where they have been published. */
  const pending = new Map<string, Revision | undefined>()
  let { fence } = options
  let raising: Promise<void> | undefined
  let ids = 0

  async function commit(commit: Commit): Promise<CommitResult> {
    const id = `${process}.${(++ids).toString(36)}`
    pending.set(id, undefined)
    try {
      return await tryUntilKnown(commit, id)
    } finally {
      pending.delete(id)
    }
  }

  async function tryUntilKnown(commit: Commit, id: string): Promise<CommitResult> {
    const named = namedBy(commit)
    const deadline = performance.now() + PATIENCE_MS
    let reading = commit.operations.length === 0 ? await readNow(named) : known()
    let certain = commit.operations.length === 0
    for (;;) {
      const verdict = judge(certain ? commit : { ...commit, preconditions: expectations(commit) }, reading.picture)
      if (!verdict.ok && !certain) {
        reading = await readNow(named)
        certain = true
        continue
      }
      if (!verdict.ok || commit.operations.length === 0) {
        // Whoever looks after this finds what stood in the way.
        await untilSeen(reading.lastCommit)
        if (verdict.ok) return { ok: true, revision: published() }
        return { ok: false, failed: verdict.failed, row: reading.picture.row(verdict.key) }
      }
      const { picture } = reading
      const expected = fence
      const message = await transactionOf({
        ...{ commit, id, layout, named, picture, sums: verdict.sums, fence: expected },
        modRevision: (version) => numbering.toEtcd(Math.floor(version / 256)),
      })
      const outcome = await attempt(message, id, expected, deadline)
      if (outcome === 'again') continue
      if (typeof outcome === 'number') return { ok: true, revision: outcome }
      reading = readingOf(outcome, named, numbering.rowOf)
      // Whoever raised it may have raised the format with it (raise-format.ts): the watch tells, and ends this process.
      if (reading.fence > expected) await untilSeen(reading.fence)
      fence = Math.max(fence, reading.fence)
      certain = true
    }
  }

  /** The revision it has got, the answer of one whose comparisons failed, or 'again': it was not and will not be carried out. */
  async function attempt(message: TxnMessage, id: string, expected: number, deadline: number) {
    try {
      const answer = await client.txn(message)
      if (!answer.succeeded) return answer
      await untilSeen(answer.revision)
      return numbering.toStore(answer.revision)
    } catch (error) {
      if (!(error instanceof GrpcError)) throw error
      const refused = refusal(error)
      if (refused !== undefined) throw refused
      if (performance.now() > deadline) throw failedError(error)
      if (error.sent) await settle(expected)
      else await sleep(PAUSE_MS)
      return pending.get(id) ?? ('again' as const)
    }
  }

  /** After it, whatever was sent with this fence has been published, or never will be. */
  async function settle(expected: number): Promise<void> {
    while (fence <= expected) {
      raising ??= raise().finally(() => {
        raising = undefined
      })
      await raising
    }
    await untilSeen(fence)
  }

  async function raise(): Promise<void> {
    const put = { put: { key: layout.fence, value: Buffer.from(process) } }
    try {
      const { revision } = await client.repeatableTxn({ compare: [], success: [put], failure: [] })
      fence = Math.max(fence, revision)
    } catch (error) {
      throw refusal(error) ?? failedError(error)
    }
  }

  async function readNow(named: Named): Promise<Reading> {
    try {
      const answer = await client.repeatableTxn({ compare: [], success: readsOf(named, layout), failure: [] })
      const reading = readingOf(answer, named, numbering.rowOf)
      fence = Math.max(fence, reading.fence)
      return reading
    } catch (error) {
      throw refusal(error) ?? failedError(error)
    }
  }

  /** What memory knows of rows that are expected at a version, and of counters: the transaction compares it, and reads what is
   *  there where that is wrong. */
  function known(): Reading {
    const row = (key: string) => rows.known(key)?.row
    return { picture: pictureOf(row, () => undefined), fence, lastCommit: 0 }
  }

  return {
    commit,
    published(id, revision) {
      if (pending.has(id)) pending.set(id, revision)
    },
  }
}

function expectations({ preconditions }: Commit): Commit['preconditions'] {
  return preconditions.filter(({ type }) => type === 'version')
}

/** Nothing was written, and trying again would not help. */
function refusal(error: unknown): StoreError | undefined {
  if (!(error instanceof GrpcError)) return undefined
  const { code, message } = error
  if (message.includes('space exceeded')) return fullError(`etcd: ${message}`)
  if (message.includes('too large') || message.includes('larger than max') || message.includes('too many operations'))
    return new StoreError('tooLarge', `etcd refuses the commit: ${message} (--max-request-bytes, --max-txn-ops)`)
  if (code === CODES.permissionDenied || code === CODES.unauthenticated || code === CODES.invalidArgument)
    return failedError(new Error(`etcd refuses: ${message}`))
  return undefined
}
