/** Applies a directory again whenever something in it changes. */
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { KeelsonError } from '../machinery/index.ts'
import type { Environment } from './environment.ts'
import { type ManifestTree, readManifestTree } from './manifest-tree.ts'

interface FollowOptions {
  readonly report: (error: unknown) => void
  readonly apply: (tree: ManifestTree) => Promise<unknown>
}

/** A directory whose changes are noticed from the moment that this is made. */
export interface FollowedFiles extends Disposable {
  /** Resolves when the signal aborts. What cannot be read or applied is reported, and the next change is waited for. */
  readonly follow: (options: FollowOptions) => Promise<void>
}

/** An editor writes a file in several steps. */
const SETTLED_AFTER = 200

export function followFiles(directory: string, environment: Environment): FollowedFiles {
  const { signal } = environment
  let changed = Promise.withResolvers<void>()
  let failure: Error | undefined
  const watcher = fs.watch(directory, { recursive: true }, () => changed.resolve())
  watcher.on('error', (error) => {
    failure = error
    changed.resolve()
  })
  return {
    async follow({ report, apply }) {
      const aborted = new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      while (!signal.aborted) {
        await Promise.race([changed.promise, aborted])
        await sleep(SETTLED_AFTER, undefined, { signal }).catch(() => undefined)
        if (signal.aborted) return
        changed = Promise.withResolvers<void>()
        try {
          if (failure !== undefined) {
            const message = `changes of ${directory} are no longer noticed: ${failure.message}`
            failure = undefined
            throw new KeelsonError(message, 'start again to apply them')
          }
          await apply(await readManifestTree(directory, environment))
        } catch (error) {
          if (!signal.aborted) report(error)
        }
      }
    },
    [Symbol.dispose]: () => watcher.close(),
  }
}
