/** What is found in etcd when a store is opened, and made where there is nothing yet. */
import { KeelsonError } from '../../machinery/index.ts'
import type { Revision } from '../store.ts'
import type { EtcdClient } from './client.ts'
import { decodeFormat, encodeFormat, NEWEST_FORMAT } from './format.ts'
import { CODES, type GrpcError } from './grpc.ts'
import type { Layout } from './layout.ts'

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
  readonly format: number
  readonly fence: number
  readonly lastCommit: number
  /** Etcd's revision at which all of this was found. */
  readonly seen: number
  readonly compacted: number
}

/** Finds the store; undefined: there is none. Throws a KeelsonError when it is not whole, or of a format that is not known. */
export async function find(client: EtcdClient, layout: Layout): Promise<Beginning | undefined> {
  const reads = [layout.format, layout.fence, layout.commit].map((key) => ({ range: { key } }))
  const anything = { range: { key: layout.start, end: layout.end, limit: 1, keysOnly: true } }
  const { revision, ranges } = await client.repeatableTxn({ compare: [], success: [...reads, anything], failure: [] })
  const [made, fence, commit, other] = ranges.map(({ kvs }) => kvs[0])
  if (made === undefined) {
    if (other === undefined) return undefined
    throw unfinished(layout)
  }
  const { format, first } = decodeFormat(made.value)
  const base = made.createRevision
  return {
    ...{ base, first, format, fence: fence?.modRevision ?? 0, lastCommit: commit?.modRevision ?? base },
    ...{ seen: revision, compacted: await compactedIn(client, layout) },
  }
}

/** The store's oldest revision that there is a history of; 0: all there was. */
export function oldestRevision({ base, first, compacted }: Beginning): Revision {
  if (compacted >= base) return compacted - base + first + 1
  // Of a store that was brought from elsewhere nothing is known of what came before its first revision.
  return first > 1 ? first : 0
}

function unfinished({ start }: Layout): KeelsonError {
  return new KeelsonError(
    `what lies in etcd below ${start} is no whole store: a restore or migration into it goes on, or was interrupted`,
    'wait for it, do it again, or name another --etcd-prefix',
  )
}

/** Finds the store, and makes it where there is nothing. */
export async function begin(client: EtcdClient, layout: Layout, signal: AbortSignal | undefined): Promise<Beginning> {
  for (;;) {
    const found = await find(client, layout)
    signal?.throwIfAborted()
    if (found !== undefined) return found
    await client.repeatableTxn({
      // Nothing at all: a restore may have begun meanwhile.
      compare: [{ target: 'create', key: layout.start, end: layout.end, equal: true, revision: 0 }],
      success: [{ put: { key: layout.format, value: encodeFormat({ format: NEWEST_FORMAT, first: 1 }) } }],
      failure: [],
    })
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
