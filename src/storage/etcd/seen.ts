/** How far this process has published etcd's revisions, and who waits for one of them. */
import { failedError } from '../errors.ts'

/** A member that keeps its watch waiting for so long, while another says that there is more, is not trusted any more. */
const DISTRUST_MS = 5_000
const PATIENCE_MS = 30_000

export interface Seen {
  revision(): number
  reached(revision: number): void
  /** Rejects with a StoreError `failed` after half a minute. */
  until(revision: number): Promise<void>
  fail(error: Error): void
}

interface Waiting {
  readonly revision: number
  readonly since: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

export function createSeen(start: number, distrust: () => void): Seen {
  let seen = start
  let waiting: Waiting[] = []
  let timer: NodeJS.Timeout | undefined
  let failure: Error | undefined

  function look(): void {
    const now = performance.now()
    const late = waiting.filter(({ since }) => now - since > PATIENCE_MS)
    waiting = waiting.filter((one) => !late.includes(one))
    const silent = failedError(new Error("etcd's watch does not tell what etcd has acknowledged"))
    for (const { reject } of late) reject(silent)
    if (waiting.some(({ since }) => now - since > DISTRUST_MS)) distrust()
    arm()
  }

  /** Runs only while somebody waits. */
  function arm(): void {
    if (waiting.length > 0)
      timer ??= setTimeout(() => {
        timer = undefined
        look()
      }, DISTRUST_MS)
    else {
      clearTimeout(timer)
      timer = undefined
    }
  }

  return {
    revision: () => seen,
    reached(revision) {
      seen = Math.max(seen, revision)
      if (waiting.length === 0) return
      const done = waiting.filter((one) => one.revision <= seen)
      if (done.length === 0) return
      waiting = waiting.filter((one) => one.revision > seen)
      for (const { resolve } of done) resolve()
      arm()
    },
    until(revision) {
      if (failure !== undefined) return Promise.reject(failure)
      if (revision <= seen) return Promise.resolve()
      return new Promise((resolve, reject) => {
        waiting.push({ revision, since: performance.now(), resolve, reject })
        arm()
      })
    },
    fail(error) {
      failure = error
      for (const { reject } of waiting.splice(0)) reject(error)
      arm()
    },
  }
}
