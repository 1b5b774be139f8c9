/** Sees an object through its changes until it is as wanted, on a server that may go and come back meanwhile. */
import type { Client, ResourceRef } from '../../client/index.ts'
import { sleep, systemClock } from '../../controller/index.ts'
import { isStatus, KeelsonError, type KubeObject, StatusError } from '../../machinery/index.ts'

export interface FollowOptions<T> {
  /** Called with each state; `undefined` when it is not there. True ends it. */
  readonly seen: (object: T | undefined) => boolean
  /** Called when the server does not answer, with why. */
  readonly lost: (message: string) => void
  readonly signal: AbortSignal
}

/** Milliseconds between attempts to reach a server that does not answer. */
const RETRY = 500

/** Resolves when `seen` says so. Rejects when the signal aborts, or the server refuses. */
export async function follow<T extends KubeObject>(
  client: Client,
  resource: ResourceRef<T>,
  name: string,
  { seen, lost, signal }: FollowOptions<T>,
): Promise<void> {
  const fieldSelector = `metadata.name=${name}`
  for (;;) {
    signal.throwIfAborted()
    try {
      const { items, metadata } = await client.listPage(resource, { fieldSelector, signal })
      if (seen(items[0])) return
      const { resourceVersion = '' } = metadata
      for await (const { type, object } of client.watch(resource, { fieldSelector, resourceVersion, signal })) {
        if (type === 'BOOKMARK') continue
        // The last state of what has gone says how it went.
        if (seen(object) || (type === 'DELETED' && seen(undefined))) return
      }
    } catch (error) {
      signal.throwIfAborted()
      if (!isPassing(error)) throw error
      lost(error instanceof Error ? error.message : String(error))
      await sleep(systemClock, RETRY, signal)
    }
  }
}

/** A server that is away, or starts, or whose history has gone by: it is asked again. */
export function isPassing(error: unknown): boolean {
  if (error instanceof KeelsonError) return true
  return isStatus(error, 'Expired') || (error instanceof StatusError && error.status.code >= 500)
}

/** Asks again while the server is away. The request must be one that may be made twice. */
export async function persistently<T>(
  request: () => Promise<T>,
  { lost, signal }: Pick<FollowOptions<never>, 'lost' | 'signal'>,
): Promise<T> {
  for (;;) {
    try {
      return await request()
    } catch (error) {
      signal.throwIfAborted()
      if (!isPassing(error)) throw error
      lost(error instanceof Error ? error.message : String(error))
      await sleep(systemClock, RETRY, signal)
    }
  }
}
