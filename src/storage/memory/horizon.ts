/** How far back the memory engine's history reaches: five minutes, and so many changes, whichever is less. */
import type { Revision } from '../store.ts'
import type { Versions } from './versions.ts'

const AGE_MS = 5 * 60_000
const CHANGES = 100_000
const SAMPLE_MS = 5_000

export interface Horizon {
  /** The store is at this revision: returns the oldest revision that is still to be remembered. */
  advance(revision: Revision, versions: Pick<Versions, 'remembered' | 'revisionOfNewest'>): Revision
}

/** `now` is a monotonic clock in milliseconds: setting the wall clock changes no horizon. */
export function createHorizon(now: () => number = () => performance.now()): Horizon {
  const samples: { revision: Revision; time: number }[] = []
  let aged: Revision = 0
  return {
    advance(revision, versions) {
      const time = now()
      if (time - (samples.at(-1)?.time ?? Number.NEGATIVE_INFINITY) >= SAMPLE_MS) samples.push({ revision, time })
      for (let oldest = samples[0]; oldest !== undefined && time - oldest.time >= AGE_MS; oldest = samples[0]) {
        aged = oldest.revision
        samples.shift()
      }
      const crowded = versions.remembered() > CHANGES ? versions.revisionOfNewest(CHANGES) : 0
      return Math.max(aged, crowded)
    },
  }
}
