import type { Operation, OwnershipMarks } from '../provider.ts'
import { clusterConflict, clusterGone, providerUnreachable } from '../provider-error.ts'
import { marksOf, tagsOf } from '../tags.ts'
import { failing } from './failure.ts'
import { inState, lookFor, oursOf } from './guard.ts'
import type { Cluster } from './look.ts'
import { advance, claim, isHeld, removeMarks } from './marks.ts'
import { hold, patience } from './operation.ts'
import { type KindWorld, TYPE } from './world.ts'

export function adoptCluster(
  world: KindWorld,
  externalID: string,
  marks: OwnershipMarks,
  options: { signal: AbortSignal; from?: string },
): Promise<Cluster> {
  return failing(`cluster ${externalID} cannot be marked`, () => adopt(world, externalID, marks, options))
}

async function adopt(
  world: KindWorld,
  externalID: string,
  marks: OwnershipMarks,
  { signal, from }: { signal: AbortSignal; from?: string },
): Promise<Cluster> {
  const wait = patience(signal)
  for (;;) {
    const cluster = await lookFor(world, externalID, signal)
    if (cluster === undefined) throw clusterGone(externalID)
    const { observed, uid } = cluster
    const { ownerTag, externalName } = observed
    if (ownerTag === marks.ownerTag) return oursOf(world, cluster, ownerTag, marks.identity)
    if (ownerTag !== from) {
      const whose = ownerTag ? `it belongs to the owner ${ownerTag}` : `it is not of the owner ${from}`
      throw clusterConflict(observed, whose)
    }
    await inState(world, cluster, { call: 'adopt', states: ['building', 'ready', 'failed', 'stopped'] }, signal)
    const present = cluster.marks
    if (present !== undefined && isHeld(present.current)) {
      await wait()
      continue
    }
    const tags = tagsOf(marks)
    if (present === undefined) {
      const content = { phase: 'built', tags, spec: {}, message: '', attempt: '' } as const
      await claim(world.docker, { externalName, uid }, content, signal)
    } else {
      const { phase, spec, message, attempt } = present.current
      const content = { phase: phase === 'releasing' ? 'built' : phase, tags, spec, message, attempt } as const
      await advance(world.docker, present.current, content, signal)
    }
  }
}

/** The marks go one by one: a mark that says so is the first. */
export function releaseCluster(world: KindWorld, externalID: string, operation: Operation): Promise<void> {
  return failing(`cluster ${externalID} cannot be let go of`, () => release(world, externalID, operation))
}

async function release(world: KindWorld, externalID: string, { ownerTag, signal }: Operation): Promise<void> {
  const wait = patience(signal)
  for (;;) {
    const cluster = await lookFor(world, externalID, signal)
    if (cluster?.marks === undefined) return
    const { observed, marks } = cluster
    if (marks.current.phase !== 'releasing') oursOf(world, cluster, ownerTag)
    else if (marksOf(marks.current.tags).ownerTag !== ownerTag) return
    if (observed.state === 'unreachable') {
      throw providerUnreachable(TYPE, `cluster ${observed.externalName} cannot be looked into: ${observed.message}`)
    }
    if (isHeld(marks.current)) {
      await wait()
      continue
    }
    await using held = await hold(world, marks, { phase: 'releasing' }, signal)
    if (held === undefined) continue
    await removeMarks(world.docker, { current: held.mark, all: [...marks.all, held.mark] }, signal)
    held.forget()
    return
  }
}
