/** Which namespaces have a ResourceQuota; and whose turn it is to write where there is one. */
import { type Store, unescapeSegment } from '../../storage/index.ts'
import { resourceQuota } from '../builtins/resource-quota.ts'
import { derive } from '../derived.ts'
import { ALL_CLUSTERS, rangePrefix } from '../keys.ts'
import { allRows } from '../read.ts'

export interface Quotas {
  readonly isLimited: (cluster: string, namespace: string) => Promise<boolean>
  /** Resolves when no one else of this process counts in the namespace, until it is disposed of. Rejects when the signal aborts. */
  readonly turn: (cluster: string, namespace: string, signal: AbortSignal) => Promise<Disposable>
}

export interface QuotasOptions {
  readonly store: Store
  readonly limit: number
  readonly failed: (error: Error) => void
}

export async function followQuotas({ store, limit, failed }: QuotasOptions): Promise<Quotas & Disposable> {
  const namespaces = await derive<ReadonlySet<string>>({
    store,
    prefixes: [rangePrefix(resourceQuota, ALL_CLUSTERS, '')],
    compute: async (cluster) => {
      const prefix = rangePrefix(resourceQuota, cluster, '')
      const found = new Set<string>()
      for await (const { key } of allRows(store, prefix)) {
        found.add(unescapeSegment(key.slice(prefix.length, key.indexOf('/', prefix.length))))
      }
      return found
    },
    limit,
    failed,
  })
  return {
    isLimited: (cluster, namespace) => namespaces.of(cluster).then((limited) => limited.has(namespace)),
    turn: createTurns(),
    [Symbol.dispose]: () => namespaces[Symbol.dispose](),
  }
}

function createTurns(): Quotas['turn'] {
  /** The end of the queue, where there is one. */
  const last = new Map<string, Promise<void>>()
  return async (cluster, namespace, signal) => {
    const key = `${cluster}\n${namespace}`
    const before = last.get(key)
    const { promise: done, resolve: end } = Promise.withResolvers<void>()
    const mine = before === undefined ? done : before.then(() => done)
    last.set(key, mine)
    void mine.then(() => {
      if (last.get(key) === mine) last.delete(key)
    })
    await before
    if (signal.aborted) {
      end()
      signal.throwIfAborted()
    }
    return { [Symbol.dispose]: end }
  }
}
