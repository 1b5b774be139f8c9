import type { Operation } from '../provider.ts'
import { failing } from './failure.ts'
import { inState, oursById } from './guard.ts'
import type { Cluster } from './look.ts'
import { isHeld } from './marks.ts'
import { hold, patience } from './operation.ts'
import { mend, untilReady } from './ready.ts'
import type { KindWorld } from './world.ts'

export function startCluster(world: KindWorld, externalID: string, operation: Operation): Promise<Cluster> {
  return failing(`cluster ${externalID} cannot be started`, () => start(world, externalID, operation))
}

async function start(world: KindWorld, externalID: string, operation: Operation): Promise<Cluster> {
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
    await mend(world, cluster, operation)
    await untilReady(look, signal)
    await held.finish({ message: '' }, signal)
  }
}
