/**
 * What a run leaves on its machine while it lives: a file that is locked. One that nobody has locked is of a run that was killed,
 * and whoever finds it need not wait until the run's Lease has run out.
 */
import { existsSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { makeDirectories } from '../../machinery/index.ts'
import { digestOf } from './desired.ts'
import { lockFile } from './file-lock.ts'

/** Disposing takes it away. `identity` is unlike that of every other run. */
export function markRun(folder: string, identity: string): Disposable {
  const file = fileOf(folder, identity)
  makeDirectories(folder, 0o700)
  const lock = lockFile(file)
  return {
    [Symbol.dispose]() {
      lock?.[Symbol.dispose]()
      rmSync(file, { force: true })
    },
  }
}

/** False where nothing is known of the run, as it is none of this machine, or of another user. */
export function wasKilled(folder: string, identity: string): boolean {
  const file = fileOf(folder, identity)
  if (!existsSync(file)) return false
  const lock = lockFile(file)
  lock?.[Symbol.dispose]()
  return lock !== undefined
}

/** Of this machine: a home may be shared, and locks in it may not be. */
function fileOf(folder: string, identity: string): string {
  return join(folder, digestOf([hostname(), identity]).slice('sha256:'.length, 'sha256:'.length + 32))
}
