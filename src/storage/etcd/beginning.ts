/** What is found in etcd when a store is opened, and made where there is nothing yet. */
import { KeelsonError } from '../../machinery/index.ts'
import type { Revision } from '../store.ts'
import type { EtcdClient } from './client.ts'
import { CODES, type GrpcError } from './grpc.ts'
import type { Layout } from './layout.ts'

const FORMAT = 1

export function unusable(servers: readonly string[], { code, message }: GrpcError): KeelsonError {
  const where = `etcd at ${servers.join(', ')}`
  if (code === CODES.permissionDenied || code === CODES.unauthenticated || code === CODES.invalidArgument) {
    const remedy =
      'give a client certificate (--etcd-certfile, --etcd-keyfile) whose user may read and write the prefix'
    return new KeelsonError(`${where} refuses this client: ${message}`, remedy)
  }
  return new KeelsonError(
    `${where} cannot be used: ${message}`,
    'check that it runs, its address, and --etcd-cafile where it serves TLS',
  )
}

export interface Beginning {
  /** In etcd's revisions. */
  readonly base: number
  readonly first: Revision
  readonly fence: number
  readonly lastCommit: number
  readonly seen: number
  readonly compacted: number
}

export async function begin(client: EtcdClient, layout: Layout, signal: AbortSignal | undefined): Promise<Beginning> {
  const format = Buffer.from(JSON.stringify({ format: FORMAT, first: 1 }))
  const reads = [layout.format, layout.fence, layout.commit].map((key) => ({ range: { key } }))
  await client.repeatableTxn({
    compare: [{ target: 'create', key: layout.format, equal: true, revision: 0 }],
    success: [{ put: { key: layout.format, value: format } }],
    failure: [],
  })
  const { revision, ranges } = await client.repeatableTxn({ compare: [], success: reads, failure: [] })
  signal?.throwIfAborted()
  const [made, fence, commit] = ranges.map(({ kvs }) => kvs[0])
  const stored = JSON.parse(made?.value.toString() ?? '{}') as { format?: number; first?: number }
  if (stored.format !== FORMAT) {
    throw new KeelsonError(
      `the store in etcd has format ${stored.format}, this version of Keelson knows format ${FORMAT}`,
      'use a newer version of Keelson, or another --etcd-prefix',
    )
  }
  const base = made?.createRevision ?? 0
  return {
    ...{ base, first: stored.first ?? 1, fence: fence?.modRevision ?? 0, lastCommit: commit?.modRevision ?? base },
    ...{ seen: revision, compacted: await compactedIn(client, layout) },
  }
}

/** Up to where etcd has compacted, which only a watch of the beginning tells. */
async function compactedIn(client: EtcdClient, layout: Layout): Promise<number> {
  using stop = new DisposableStack()
  const end = new AbortController()
  stop.defer(() => end.abort())
  for await (const answer of client.watch(layout.format, `${layout.format}!`, 1, end.signal)) {
    if (answer.compactRevision > 0) return answer.compactRevision
    if (!answer.canceled && answer.created) continue
    break
  }
  return 0
}
