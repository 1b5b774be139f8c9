/** Waiting for others: events wake a reconciler; this is for the event that got lost, and for what none tells of. */

const SHORTEST = 2_000
const LONGEST = 10 * 60_000

/**
 * Milliseconds until the next look at an object that has been waiting since `since` (RFC 3339): a fifth of its age, as kcp
 * polls. What takes long is looked at rarely.
 */
export function lookAgain(since: string | undefined, now: number): { requeueAfter: number } {
  const age = since === undefined ? 0 : now - Date.parse(since)
  return { requeueAfter: Math.min(Math.max(age / 5, SHORTEST), LONGEST) }
}

/** Many objects go at about the same time: whoever waits for the last of them looks once in so many milliseconds. */
export const GATHER = 50
