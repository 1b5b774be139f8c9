/** Applies a directory again whenever something in it changes. */
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from './environment.ts'
import { type ManifestTree, readManifestTree } from './manifest-tree.ts'

interface FollowOptions {
  readonly environment: Environment
  readonly report: (error: unknown) => void
  readonly apply: (tree: ManifestTree) => Promise<unknown>
}

/** An editor writes a file in several steps. */
const SETTLED_AFTER = 200

/** Resolves when the signal aborts. What cannot be read or applied is reported, and the next change is waited for. */
export async function followFiles(directory: string, { environment, report, apply }: FollowOptions): Promise<void> {
  const { signal } = environment
  if (signal.aborted) return
  let changed = Promise.withResolvers<void>()
  const watcher = fs.watch(directory, { recursive: true, signal }, () => changed.resolve())
  // A folder that goes away is found out by the next read.
  watcher.on('error', () => changed.resolve())
  signal.addEventListener('abort', () => changed.resolve(), { once: true })
  for (;;) {
    await changed.promise
    await sleep(SETTLED_AFTER, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    changed = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => changed.resolve(), { once: true })
    try {
      await apply(await readManifestTree(directory, environment))
    } catch (error) {
      if (!signal.aborted) report(error)
    }
  }
}
