/** Nodes that run, and an API that answers. */
import type { Waiting } from '../provider.ts'
import { operationFailed } from '../provider-error.ts'
import { answers } from './api-probe.ts'
import { startContainer } from './docker/containers.ts'
import { bytesOf } from './docker/docker.ts'
import type { Cluster } from './look.ts'
import { firstControlPlane } from './nodes.ts'
import { patience } from './operation.ts'
import type { KindWorld } from './world.ts'

/** Milliseconds that an API may take after its node has started. */
const UNTIL_ANSWERS = 180_000

/** What is down is started; what runs and does not answer is started anew. */
export async function mend(world: KindWorld, cluster: Cluster, { signal, onProgress }: Waiting): Promise<void> {
  const { docker } = world
  const down = cluster.nodes.filter(
    ({ state, isReplaced, isJoining }) => state !== 'running' && !isReplaced && !isJoining,
  )
  if (down.length === 0 && (await isAnswering(cluster, signal)) !== false) return
  const names = down.map(({ name }) => name).join(', ')
  onProgress?.({ phase: 'starting-nodes', message: names || `cluster ${cluster.observed.externalName}` })
  if (down.length === 0) {
    const id = firstControlPlane(cluster.nodes)?.id
    await bytesOf(docker, { method: 'POST', path: `/containers/${id}/restart`, signal, patience: UNTIL_ANSWERS })
    return
  }
  for (const { id, state } of down) {
    if (state === 'paused') await bytesOf(docker, { method: 'POST', path: `/containers/${id}/unpause`, signal })
    else await startContainer(docker, id, signal)
  }
}

/** Until its API answers, which says that it is whole. `look` throws where it is gone. */
export async function untilReady(look: () => Promise<Cluster | undefined>, signal: AbortSignal): Promise<Cluster> {
  const wait = patience(signal)
  const until = Date.now() + UNTIL_ANSWERS
  for (;;) {
    const cluster = await look()
    if (cluster !== undefined && (await isAnswering(cluster, signal)) === true) return cluster
    if (Date.now() > until) {
      throw operationFailed(`cluster ${cluster?.observed.externalName ?? ''}: its API has not answered in time`)
    }
    await wait()
  }
}

/** Undefined where it is not known where it would. */
async function isAnswering({ observed, ca }: Cluster, signal: AbortSignal): Promise<boolean | undefined> {
  const { endpoint } = observed
  return endpoint === undefined || ca === undefined ? undefined : answers(endpoint, ca, signal)
}
