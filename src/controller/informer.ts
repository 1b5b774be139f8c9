/**
 * The objects of one collection, kept in memory and up to date. For what is few or looked up often: a controller that only
 * needs to hear of changes takes `watching` (source.ts), which keeps nothing.
 */
import type { Client, ResourceRef } from '../client/index.ts'
import type { KubeObject } from '../machinery/index.ts'
import { type Clock, systemClock } from './clock.ts'
import { errorLog, type Log } from './log.ts'
import { runReflector, type Selection } from './reflector.ts'
import { keyOf, type Request, requestFor } from './request.ts'
import { share } from './structural-sharing.ts'

export interface InformerOptions<T extends KubeObject, Index extends string> {
  /** In one logical cluster, or at the wildcard: `client.inCluster('*')`. */
  readonly client: Client
  readonly resource: ResourceRef<T>
  readonly selection?: Selection
  /** For each index the values under which an object is found. */
  readonly indexes?: Readonly<Record<Index, (object: T) => readonly string[]>>
  /** Drops what nobody reads before it is kept; default: `metadata.managedFields`. */
  readonly trim?: (object: T) => T
  readonly clock?: Clock
  readonly log?: Log
  readonly signal: AbortSignal
}

export type InformerEvent<T> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'modified'; readonly object: T; readonly previous: T }
  | { readonly type: 'deleted'; readonly object: T }

/** Objects are shared: nobody may write to them. */
export interface Informer<T extends KubeObject, Index extends string = never> {
  readonly get: (request: Pick<Request, 'cluster' | 'namespace' | 'name'>) => T | undefined
  readonly list: () => readonly T[]
  readonly byIndex: (index: Index, value: string) => readonly T[]
  /** Whether the first picture is complete. */
  readonly hasSynced: () => boolean
  readonly synced: Promise<void>
  /** Called for every change from now on, and at first with `added` for each object that is there. */
  readonly subscribe: (handler: (event: InformerEvent<T>) => void) => Disposable
}

/**
 * @example
 * const secrets = startInformer({ client: client.inCluster('*'), resource: SECRETS, signal,
 *   indexes: { byType: (secret) => [secret.type] } })
 * await secrets.synced
 * secrets.byIndex('byType', 'Opaque')
 */
export function startInformer<T extends KubeObject, Index extends string = never>(
  options: InformerOptions<T, Index>,
): Informer<T, Index> {
  const { clock = systemClock, log = errorLog, trim = withoutManagedFields } = options
  const objects = new Map<string, T>()
  const indexes = Object.entries<(object: T) => readonly string[]>(options.indexes ?? {}).map(
    ([name, valuesOf]) => [name, createIndex(valuesOf)] as const,
  )
  const byName = new Map(indexes)
  const handlers = new Set<(event: InformerEvent<T>) => void>()
  const { promise: synced, resolve: resolveSynced } = Promise.withResolvers<void>()
  let hasSynced = false
  /** Keys of the picture before that the new one has not shown yet. */
  let unseen: Set<string> | undefined

  const tell = (event: InformerEvent<T>) => {
    for (const handler of handlers) handler(event)
  }
  const put = (received: T) => {
    const key = keyOf(requestFor(received))
    unseen?.delete(key)
    const previous = objects.get(key)
    const object = share(previous, trim(received))
    if (object === previous) return
    objects.set(key, object)
    for (const [, index] of indexes) {
      if (previous !== undefined) index.remove(key, previous)
      index.add(key, object)
    }
    tell(previous === undefined ? { type: 'added', object } : { type: 'modified', object, previous })
  }
  const remove = (key: string, last?: T) => {
    const known = objects.get(key)
    if (known === undefined) return
    objects.delete(key)
    for (const [, index] of indexes) index.remove(key, known)
    tell({ type: 'deleted', object: last ?? known })
  }

  void runReflector<T>({
    client: options.client,
    resource: options.resource,
    ...(options.selection === undefined ? {} : { selection: options.selection }),
    clock,
    log,
    signal: options.signal,
    sink: {
      restarted() {
        unseen = new Set(objects.keys())
      },
      changed: put,
      deleted: (object) => remove(keyOf(requestFor(object)), object),
      synced() {
        for (const key of unseen ?? []) remove(key)
        unseen = undefined
        hasSynced = true
        resolveSynced()
      },
    },
  })

  return {
    get: ({ cluster, namespace, name }) => objects.get(keyOf({ cluster, namespace, name })),
    list: () => [...objects.values()],
    byIndex: (index, value) => [...(byName.get(index)?.keysOf(value) ?? [])].flatMap((key) => objects.get(key) ?? []),
    hasSynced: () => hasSynced,
    synced,
    subscribe(handler) {
      for (const object of objects.values()) handler({ type: 'added', object })
      handlers.add(handler)
      return { [Symbol.dispose]: () => void handlers.delete(handler) }
    },
  }
}

function createIndex<T>(valuesOf: (object: T) => readonly string[]) {
  const keys = new Map<string, Set<string>>()
  return {
    keysOf: (value: string): ReadonlySet<string> | undefined => keys.get(value),
    add(key: string, object: T) {
      for (const value of valuesOf(object)) {
        const under = keys.get(value)
        if (under === undefined) keys.set(value, new Set([key]))
        else under.add(key)
      }
    },
    remove(key: string, object: T) {
      for (const value of valuesOf(object)) {
        const under = keys.get(value)
        under?.delete(key)
        if (under?.size === 0) keys.delete(value)
      }
    },
  }
}

function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (object.metadata.managedFields === undefined) return object
  const { managedFields: _dropped, ...metadata } = object.metadata
  return { ...object, metadata }
}
