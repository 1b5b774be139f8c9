/** resourceVersion in requests: what `at least this` and `exactly this` mean (KEP-2340, KEP-3157). */
import { timedOut } from '../machinery/index.ts'
import { revisionOf, type Store, versionOf } from '../storage/index.ts'

/** The version that a list as of a revision carries: nothing of that commit comes after it. */
export function listVersion(revision: number): number {
  return versionOf(revision, 255)
}

/** A client that knows a version from the future talks to another store: it is told to come back, as upstream does. */
export async function awaitVersion(store: Store, version: number): Promise<void> {
  const current = store.revision()
  if (revisionOf(version) <= current) return
  const message = `Too large resource version: ${version}, current: ${listVersion(current)}`
  const error = timedOut(message, 1)
  const details = error.status.details
  if (details !== undefined)
    details.causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }]
  throw error
}
