/**
 * Forgets history that is older than five minutes, once for all processes of an etcd cluster, as kube-apiserver does
 * (apiserver/pkg/storage/etcd3/compact.go): whoever finds the row as it last saw it writes the revision of now, and has etcd compact
 * up to the one that was written five minutes ago; all others only look.
 */
import type { EtcdClient } from './client.ts'
import { CODES, GrpcError } from './grpc.ts'
import type { Layout } from './layout.ts'

const INTERVAL_MS = 5 * 60_000

export interface CompactorOptions {
  readonly client: Pick<EtcdClient, 'repeatableTxn' | 'compact'>
  readonly layout: Layout
  /** Etcd's revision that is published here. */
  readonly seen: () => number
  /** Etcd has been told to forget what lies before the revision. */
  readonly compacted: (etcdRevision: number) => void
  readonly report: (error: unknown) => void
  readonly interval?: number
}

/** Disposing ends it. */
export function startCompactor(options: CompactorOptions): Disposable {
  const { client, layout, interval = INTERVAL_MS } = options
  let known = -1

  async function look(): Promise<void> {
    const now = options.seen()
    const key = layout.compaction
    const { succeeded, ranges, revision } = await client.repeatableTxn({
      compare: [{ target: 'mod', key, equal: true, revision: Math.max(known, 0) }],
      success: [{ range: { key } }, { put: { key, value: Buffer.from(String(now)) } }],
      failure: [{ range: { key } }],
    })
    const row = ranges[0]?.kvs[0]
    if (!succeeded || known < 0) {
      // Somebody else has, or this process has only just begun to look.
      known = succeeded ? revision : (row?.modRevision ?? 0)
      return
    }
    known = revision
    const until = Number(row?.value.toString() ?? 0)
    if (until <= 1) return
    try {
      await client.compact(until - 1)
    } catch (error) {
      // Somebody else who uses the cluster has compacted more.
      if (!(error instanceof GrpcError) || error.code !== CODES.outOfRange) throw error
    }
    options.compacted(until - 1)
  }

  const timer = setInterval(() => look().catch(options.report), interval)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
