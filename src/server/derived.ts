/**
 * What is computed from rows of one logical cluster (its RBAC, its definitions, its LogicalCluster) and kept while they do
 * not change. Bounded: an idle logical cluster costs nothing. Commits invalidate before their caller is answered, so that
 * whoever wrote sees the effect with the next request.
 */
import { type Store, unescapeSegment } from '../storage/index.ts'

export interface Derived<T> extends Disposable {
  readonly of: (cluster: string) => Promise<T>
}

export interface DerivedOptions<T> {
  readonly store: Store
  /** Key prefixes that end where the logical cluster's segment begins. */
  readonly prefixes: readonly string[]
  readonly compute: (cluster: string) => Promise<T>
  /** How many logical clusters to keep. */
  readonly limit: number
  /** The store can no longer tell what changes: nothing may be kept from here on. */
  readonly failed: (error: Error) => void
}

export async function derive<T>(options: DerivedOptions<T>): Promise<Derived<T>> {
  const kept = new Map<string, Promise<T>>()
  const { store, prefixes, limit } = options
  const forget = (cluster: string) => kept.delete(cluster)
  const after = store.revision() * 256 + 255
  const watches = await Promise.all(
    prefixes.map((prefix) => watchFromNow(store, prefix, after, forget, options.failed)),
  )
  return {
    of: (cluster) => {
      const found = kept.get(cluster)
      if (found !== undefined) return found
      const computed = options.compute(cluster)
      kept.set(cluster, computed)
      if (kept.size > limit)
        for (const oldest of kept.keys()) {
          kept.delete(oldest)
          break
        }
      computed.catch(() => {
        if (kept.get(cluster) === computed) kept.delete(cluster)
      })
      return computed
    },
    [Symbol.dispose]: () => {
      for (const watch of watches) watch[Symbol.dispose]()
      kept.clear()
    },
  }
}

/** Resolves with the watch's first word: only from then on does it hear of a commit before the one who committed. */
async function watchFromNow(
  store: Store,
  prefix: string,
  after: number,
  forget: (cluster: string) => void,
  failed: (error: Error) => void,
): Promise<Disposable> {
  const { promise: live, resolve, reject } = Promise.withResolvers<void>()
  const watch = await store.watch({
    prefix,
    after,
    deliver: ({ changes }) => {
      resolve()
      for (const { key } of changes) forget(unescapeSegment(key.slice(prefix.length, key.indexOf('/', prefix.length))))
    },
    failed: (error) => {
      reject(error)
      failed(error)
    },
  })
  await live
  return watch
}
