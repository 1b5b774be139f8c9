/** Where a watch begins and when it ends. */
import type { ResourceContext } from '../context.ts'
import { checkWatchOptions, readInt64 } from '../list-options.ts'
import { readVersion } from '../options.ts'
import { awaitVersion, listVersion } from '../resource-version.ts'
import { isTrue } from '../route.ts'

/** apiserver's --min-request-timeout: a watch ends after this long to twice as long, so that clients spread. */
const MIN_TIMEOUT_SECONDS = 1800
/** What a timer of Node can wait for. */
const MAX_TIMEOUT_SECONDS = 2_000_000

export interface WatchStart {
  /** Changes after this version; of no meaning with `initial`. */
  readonly after: number
  /** First ADDED for all that is there. */
  readonly initial: boolean
  /** Then a bookmark that says so. */
  readonly announceEnd: boolean
  readonly bookmarks: boolean
}

export async function readWatchStart({ query, parts, request }: ResourceContext): Promise<WatchStart> {
  checkWatchOptions(query)
  const version = readVersion(query.get('resourceVersion'))
  const initial = query.get('sendInitialEvents')
  const bookmarks = isTrue(query.get('allowWatchBookmarks'))
  if (initial === null && version > 0) return { after: version, initial: false, announceEnd: false, bookmarks }
  if (initial === null || isTrue(initial)) {
    await awaitVersion(parts.store, version, request.signal)
    return { after: version, initial: true, announceEnd: bookmarks, bookmarks }
  }
  const after = version === 0 ? listVersion(parts.store.revision()) : version
  return { after, initial: false, announceEnd: false, bookmarks }
}

const NANOSECONDS = 1_000_000_000n

/** Seconds; negative: over before it begins. */
export function readTimeout(query: URLSearchParams): number {
  // A time.Duration is nanoseconds in 64 bits: more of them begin anew below zero.
  if (readInt64(query, 'timeoutSeconds') !== 0) {
    const given = BigInt((query.get('timeoutSeconds') ?? '').replace(/^\+/, ''))
    const seconds = Number(BigInt.asIntN(64, given * NANOSECONDS)) / Number(NANOSECONDS)
    if (seconds !== 0) return Math.min(seconds, MAX_TIMEOUT_SECONDS)
  }
  return MIN_TIMEOUT_SECONDS * (1 + Math.random())
}
