import { setTimeout as sleep } from 'node:timers/promises'
import { operationFailed } from '../provider-error.ts'
import { inspectContainer, removeContainer } from './docker/containers.ts'
import { isDockerError } from './docker/docker.ts'
import type { Node } from './nodes.ts'
import { patience } from './operation.ts'
import type { KindWorld } from './world.ts'

/** Docker may be busy with what runs inside, or another may be removing it. */
const ATTEMPTS = 5
const BETWEEN = 500

/** Removes these very containers, whatever has their names by now, and returns when Docker knows them no more. */
export async function removeNodes({ docker }: KindWorld, nodes: readonly Node[], signal: AbortSignal): Promise<void> {
  await Promise.all(
    nodes.map(async ({ id, name }) => {
      for (let tried = 1; ; tried++) {
        try {
          await removeContainer(docker, id, signal)
          break
        } catch (error) {
          if (!isDockerError(error)) throw error
          if (tried === ATTEMPTS) throw operationFailed(`node ${name} cannot be removed: ${error.message}`, [], error)
          await sleep(BETWEEN, undefined, { signal })
        }
      }
      const wait = patience(signal)
      while ((await inspectContainer(docker, id, signal)) !== undefined) await wait()
    }),
  )
}
