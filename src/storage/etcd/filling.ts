/**
 * Makes a store in etcd of what was read from a backup or another store. The row `format` comes last, and with it the store is there:
 * its first revision lies above all that there were, its rows have those before, and its history begins there. Until then the
 * row `claim` says whose work it is: each transaction compares it, so who was interrupted, or overtaken, changes nothing any more.
 */
import { KeelsonError } from '../../machinery/index.ts'
import type { BackupItem } from '../backup/format.ts'
import { type Restored, restoredRevision } from '../backup/make-directory.ts'
import type { Revision, Row } from '../store.ts'
import { unusable } from './beginning.ts'
import { createEtcdClient, type EtcdClient } from './client.ts'
import type { EtcdConfig } from './engine.ts'
import { wrap } from './envelope.ts'
import { encodeFormat, NEWEST_FORMAT } from './format.ts'
import { GrpcError } from './grpc.ts'
import { type Layout, layoutOf } from './layout.ts'
import type { RequestOp } from './messages.ts'

/** etcd takes 128 operations and 1.5 MiB in a transaction by default. */
const BATCH_ROWS = 120
const BATCH_BYTES = 512 * 1024
/** So many are on their way at once: etcd syncs them together. */
const AT_ONCE = 8
const CLEARED = 5_000

/** Throws a KeelsonError, and has then left nothing behind. */
export async function fillEtcd(
  config: Pick<EtcdConfig, 'servers' | 'prefix' | 'tls'>,
  items: AsyncIterable<BackupItem>,
  signal: AbortSignal,
): Promise<Restored> {
  const { servers, tls = {} } = config
  using client = createEtcdClient(servers, tls)
  const layout = layoutOf(config.prefix ?? '/keelson')
  try {
    const claim = await claimPrefix(client, layout)
    try {
      return await fill(claim, items, signal)
    } catch (error) {
      await claim.clear().catch(() => {})
      throw error
    }
  } catch (error) {
    throw error instanceof GrpcError ? unusable(servers, error) : error
  }
}

interface Claim {
  readonly layout: Layout
  /** Carries operations out that may be carried out twice. Throws a KeelsonError when somebody else has claimed the prefix. */
  run(operations: readonly RequestOp[]): Promise<void>
  /** Gives the claim up, and makes a store of what is there. */
  finish(first: Revision): Promise<void>
  /** Removes all that lies below the prefix, the claim last. */
  clear(): Promise<void>
}

async function claimPrefix(client: EtcdClient, layout: Layout): Promise<Claim> {
  const reads = [layout.format, layout.claim].map((key) => ({ range: { key } }))
  const anything = { range: { key: layout.start, end: layout.end, limit: 1, keysOnly: true } }
  const { ranges } = await client.repeatableTxn({ compare: [], success: [...reads, anything], failure: [] })
  const [format, earlier, other] = ranges.map(({ kvs }) => kvs[0])
  if (format !== undefined || (earlier === undefined && other !== undefined)) throw occupied(layout)
  const compare = [
    { target: 'mod', key: layout.claim, equal: true, revision: earlier?.modRevision ?? 0 } as const,
    { target: 'create', key: layout.format, equal: true, revision: 0 } as const,
  ]
  const put = { put: { key: layout.claim, value: Buffer.from(new Date().toISOString()) } }
  const claimed = await client.txn({ compare, success: [put], failure: [] })
  if (!claimed.succeeded) throw overtaken(layout)
  const mine = { target: 'mod', key: layout.claim, equal: true, revision: claimed.revision } as const

  async function run(operations: readonly RequestOp[]): Promise<void> {
    const { succeeded } = await client.repeatableTxn({ compare: [mine], success: operations, failure: [] })
    if (!succeeded) throw overtaken(layout)
  }

  /** Some at a time: etcd carries each of its transactions out in one go. */
  async function removeRows(): Promise<void> {
    for (;;) {
      const end = layout.rowsEnd('')
      const { kvs, more } = await client.range({ key: layout.row(''), end, limit: CLEARED, keysOnly: true })
      const last = kvs.at(-1)
      if (last === undefined) return
      await run([{ remove: { key: layout.row(''), end: `${last.key}!` } }])
      if (!more) return
    }
  }

  if (earlier !== undefined) await removeRows()
  return {
    layout,
    run,
    async finish(first) {
      const value = encodeFormat({ format: NEWEST_FORMAT, first })
      const success = [{ remove: { key: layout.claim } }, { put: { key: layout.format, value } }]
      const failure = [{ range: { key: layout.format } }]
      const { succeeded, ranges } = await client.repeatableTxn({ compare: [mine], success, failure })
      // An answer that was lost: it has been done already.
      if (!succeeded && ranges[0]?.kvs[0]?.value.equals(value) !== true) throw overtaken(layout)
    },
    clear: async () => {
      await removeRows()
      await run([{ remove: { key: layout.claim } }])
    },
  }
}

async function fill(
  { layout, run, finish }: Claim,
  items: AsyncIterable<BackupItem>,
  signal: AbortSignal,
): Promise<Restored> {
  const underway = new Set<Promise<void>>()
  let failure: unknown
  let revision = 0
  let rows = 0
  let batch: Row[] = []
  let bytes = 0

  async function flush(): Promise<void> {
    const [written, large] = [batch, bytes > BATCH_BYTES]
    batch = []
    bytes = 0
    while (underway.size >= AT_ONCE) await Promise.race(underway)
    if (failure !== undefined) throw failure
    const writing = write(written, large).catch((error) => {
      failure ??= error
    })
    const counted = writing.finally(() => underway.delete(counted))
    underway.add(counted)
  }

  async function write(written: readonly Row[], large: boolean): Promise<void> {
    const puts = written.map(async ({ key, value }, place) => ({
      put: { key: layout.row(key), value: await wrap(value, place, large) },
    }))
    await run(await Promise.all(puts))
  }

  try {
    for await (const item of items) {
      signal.throwIfAborted()
      if (item.type === 'header') revision = restoredRevision(item.header, Date.now())
      if (item.type !== 'rows') continue
      for (const row of item.rows) {
        if (batch.length === BATCH_ROWS || (batch.length > 0 && bytes + row.value.length > BATCH_BYTES)) await flush()
        batch.push(row)
        bytes += row.key.length + row.value.length
        rows++
      }
    }
    if (batch.length > 0) await flush()
  } finally {
    await Promise.all(underway)
  }
  if (failure !== undefined) throw failure
  await finish(revision)
  return { revision, rows }
}

function occupied({ start }: Layout): KeelsonError {
  return new KeelsonError(
    `there is a store in etcd below ${start} already`,
    `name another --etcd-prefix, or remove it first: etcdctl del --prefix ${start}`,
  )
}

function overtaken({ start }: Layout): KeelsonError {
  return new KeelsonError(
    `somebody else has begun to fill ${start} in etcd`,
    'do one after the other, or name another --etcd-prefix',
  )
}
