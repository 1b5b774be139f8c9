import type { Operation } from '../provider.ts'
import { isDockerError } from './docker/docker.ts'
import { failureOf } from './failure.ts'
import { inState, oursById } from './guard.ts'
import type { Cluster } from './look.ts'
import { isHeld } from './marks.ts'
import { hold, patience } from './operation.ts'
import { mend, untilReady } from './ready.ts'
import type { KindWorld } from './world.ts'

export async function startCluster(world: KindWorld, externalID: string, operation: Operation): Promise<Cluster> {
  const { ownerTag, signal, onProgress } = operation
  signal.throwIfAborted()
  onProgress?.({ phase: 'starting', message: `cluster ${externalID}` })
  const wait = patience(signal)
  const look = () => oursById(world, externalID, { ownerTag, signal })
  for (;;) {
    const cluster = await look()
    const { marks, observed } = cluster
    if (observed.state === 'ready') return cluster
    // Its API is about to answer.
    if (
      marks === undefined ||
      isHeld(marks.current) ||
      (observed.state === 'building' && marks.current.phase === 'built')
    ) {
      if (observed.state === 'deleting') await inState(world, cluster, { call: 'start', states: ['stopped'] }, signal)
      await wait()
      continue
    }
    await inState(world, cluster, { call: 'start', states: ['stopped'] }, signal)
    await using held = await hold(world, marks, {}, signal)
    if (held === undefined) continue
    try {
      await mend(world, cluster, operation)
    } catch (error) {
      if (!isDockerError(error)) throw error
      throw failureOf(`cluster ${observed.externalName} cannot be started`, [error.message], error)
    }
    await untilReady(look, signal)
    await held.finish({ message: '' }, signal)
  }
}
