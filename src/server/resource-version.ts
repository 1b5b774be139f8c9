/** resourceVersion in requests: what `at least this` and `exactly this` mean (KEP-2340, KEP-3157). */
import { setTimeout as sleep } from 'node:timers/promises'
import { timedOut } from '../machinery/index.ts'
import { revisionOf, type Store, versionOf } from '../storage/index.ts'

/** How long upstream's cacher waits for a version that it has not seen yet (blockTimeout). */
const PATIENCE_MILLISECONDS = 3000
const LOOK_MILLISECONDS = 50

/** The version that a list as of a revision carries: nothing of that commit comes after it. */
export function listVersion(revision: number): number {
  return versionOf(revision, 255)
}

export function isFuture(store: Store, version: number): boolean {
  return revisionOf(version) > store.revision()
}

/** A client that knows a version from the future may have it from a write that is not seen yet, or from another store. */
export async function awaitVersion(store: Store, version: number, signal: AbortSignal): Promise<void> {
  const end = performance.now() + PATIENCE_MILLISECONDS
  while (isFuture(store, version)) {
    if (performance.now() >= end) throw tooLarge(version, listVersion(store.revision()))
    await sleep(LOOK_MILLISECONDS, undefined, { signal })
  }
}

function tooLarge(version: number, current: number): Error {
  const error = timedOut(`Timeout: Too large resource version: ${version}, current: ${current}`, 1)
  const { details } = error.status
  if (details !== undefined) {
    details.causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }]
  }
  return error
}
