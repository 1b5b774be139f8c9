/**
 * All rows of a store in etcd as of one moment, while servers go on: pages at one revision, which is kept from being compacted
 * meanwhile. Whoever compacts does so up to what the row `compaction` says, five minutes after it was last written (compactor.ts):
 * so it is written again and again.
 */
import { KeelsonError } from '../../machinery/index.ts'
import type { Row } from '../store.ts'
import { type Beginning, find, unusable } from './beginning.ts'
import { createEtcdClient, type EtcdClient } from './client.ts'
import type { EtcdConfig } from './engine.ts'
import { CODES, GrpcError } from './grpc.ts'
import { type Layout, layoutOf } from './layout.ts'
import type { RangeAnswer } from './messages.ts'
import { type Numbering, numberingFrom } from './numbering.ts'

const OPENING_MS = 10_000
const HOLD_MS = 60_000
/** What a page should be, and how many rows it has at most. */
const PAGE_BYTES = 2 * 1024 * 1024
const PAGE_ROWS = 5_000
const FIRST_PAGE = 100

export interface EtcdReading extends Disposable {
  readonly beginning: Beginning
  readonly numbering: Numbering
  readonly client: EtcdClient
  readonly layout: Layout
  get(key: string): Promise<Row | undefined>
  /** In the order of their keys. Throws a KeelsonError. */
  rows(signal: AbortSignal): AsyncGenerator<readonly Row[]>
}

/** Throws a KeelsonError where there is no store to read. */
export async function openToReadEtcd(config: Pick<EtcdConfig, 'servers' | 'prefix' | 'tls'>): Promise<EtcdReading> {
  const layout = layoutOf(config.prefix ?? '/keelson')
  const beginning = await findStore(config, layout)
  const client = createEtcdClient(config.servers, config.tls ?? {})
  const numbering = numberingFrom(beginning.base, beginning.first, layout)
  return {
    ...{ beginning, numbering, client, layout },
    get: async (key) => {
      const { kvs } = await client.range({ key: layout.row(key), revision: beginning.seen })
      return kvs[0] && numbering.rowOf(kvs[0])
    },
    rows: (signal) => rowsAt({ beginning, numbering, client, layout }, config.servers, signal),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  }
}

async function findStore({ servers, tls }: Pick<EtcdConfig, 'servers' | 'tls'>, layout: Layout): Promise<Beginning> {
  using probe = createEtcdClient(servers, tls ?? {}, OPENING_MS)
  try {
    const found = await find(probe, layout)
    if (found !== undefined) return found
  } catch (error) {
    throw error instanceof GrpcError ? unusable(servers, error) : error
  }
  throw new KeelsonError(
    `there is no store in etcd at ${servers.join(', ')} below ${layout.start}`,
    'name the --etcd-prefix of the servers',
  )
}

async function* rowsAt(
  { beginning, numbering, client, layout }: Pick<EtcdReading, 'beginning' | 'numbering' | 'client' | 'layout'>,
  servers: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly Row[]> {
  const end = layout.rowsEnd('')
  const revision = beginning.seen
  let key = layout.row('')
  let limit = FIRST_PAGE
  let held = Number.NEGATIVE_INFINITY
  for (;;) {
    signal.throwIfAborted()
    let page: RangeAnswer
    try {
      if (performance.now() - held > HOLD_MS) {
        const hold = { put: { key: layout.compaction, value: Buffer.from(String(revision)) } }
        await client.repeatableTxn({ compare: [], success: [hold], failure: [] })
        held = performance.now()
      }
      page = await client.range({ key, end, limit, revision })
    } catch (error) {
      throw error instanceof GrpcError ? unreadable(servers, error) : error
    }
    const rows = page.kvs.flatMap((kv) => numbering.rowOf(kv) ?? [])
    if (rows.length > 0) yield rows
    const last = page.kvs.at(-1)
    if (!page.more || last === undefined) return
    key = `${last.key}!`
    const bytes = page.kvs.reduce((sum, { value }) => sum + value.length + 1, 0)
    limit = Math.max(1, Math.min(PAGE_ROWS, Math.ceil((PAGE_BYTES / bytes) * page.kvs.length)))
  }
}

function unreadable(servers: readonly string[], error: GrpcError): KeelsonError {
  if (error.code !== CODES.outOfRange || !error.message.includes('compacted')) return unusable(servers, error)
  return new KeelsonError(
    'etcd has compacted what was being read: somebody else compacts the cluster, too',
    'do it again, and let nobody compact meanwhile (etcd: --auto-compaction-mode)',
  )
}
