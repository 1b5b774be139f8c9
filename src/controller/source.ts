/** Where a controller's requests come from. */
import type { Client, ResourceRef } from '../client/index.ts'
import type { KubeObject } from '../machinery/index.ts'
import type { Clock } from './clock.ts'
import type { Informer } from './informer.ts'
import type { Log } from './log.ts'
import { runReflector, type Selection } from './reflector.ts'
import { type Request, requestFor } from './request.ts'

export interface SourceContext {
  readonly client: Client
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
  readonly enqueue: (request: Request, afterMs?: number) => void
}

/** Enqueues until the signal aborts. Resolves when reconcilers may begin: what they read beside the server is there. */
export type Source = (context: SourceContext) => Promise<void>

/** What is to be reconciled when an object has changed or gone; `after` in milliseconds. */
export type RequestMap<T> = (
  object: T,
  change: 'changed' | 'deleted',
) => Iterable<Request & { readonly after?: number }>

export interface WatchingOptions<T> extends Selection {
  /** Default: the object itself. */
  readonly map?: RequestMap<T>
}

/**
 * Watches a collection and keeps nothing of it, so that an object costs no memory while it rests. A deletion that happens
 * while no watch is open goes unnoticed: take finalizers for what must be cleaned up, or an informer.
 */
export function watching<T extends KubeObject>(resource: ResourceRef<T>, options: WatchingOptions<T> = {}): Source {
  const { map = itself, ...selection } = options
  return async ({ client, clock, log, signal, enqueue }) => {
    const tell = (change: 'changed' | 'deleted') => (object: T) => {
      for (const { after, ...request } of map(object, change)) enqueue(request, after)
    }
    const sink = { restarted() {}, changed: tell('changed'), deleted: tell('deleted'), synced() {} }
    void runReflector({ client, resource, selection, sink, clock, log, signal })
  }
}

/** Follows an informer, which several controllers may share. */
export function informed<T extends KubeObject>(
  informer: Pick<Informer<T, string>, 'subscribe' | 'synced'>,
  map: RequestMap<T> = itself,
): Source {
  return async ({ signal, enqueue }) => {
    const subscription = informer.subscribe(({ type, object }) => {
      for (const { after, ...request } of map(object, type === 'deleted' ? 'deleted' : 'changed')) {
        enqueue(request, after)
      }
    })
    signal.addEventListener('abort', () => subscription[Symbol.dispose](), { once: true })
    await informer.synced
  }
}

function itself(object: KubeObject): ReturnType<RequestMap<KubeObject>> {
  return [requestFor(object)]
}
