import type { Operation } from '../provider.ts'
import { providerUnreachable } from '../provider-error.ts'
import { failing } from './failure.ts'
import { lookFor, oursOf } from './guard.ts'
import { isHeld, readMarks, removeMarks } from './marks.ts'
import { type Held, hold, othersAt, patience, takenOver } from './operation.ts'
import { removeNodes } from './remove-nodes.ts'
import { type KindWorld, TYPE } from './world.ts'

export function deleteCluster(world: KindWorld, externalID: string, operation: Operation): Promise<void> {
  return failing(`cluster ${externalID} cannot be deleted`, () => remove(world, externalID, operation))
}

async function remove(
  world: KindWorld,
  externalID: string,
  { ownerTag, signal, onProgress }: Operation,
): Promise<void> {
  signal.throwIfAborted()
  onProgress?.({ phase: 'deleting', message: `cluster ${externalID}` })
  const wait = patience(signal)
  for (;;) {
    const found = await lookFor(world, externalID, signal)
    if (found === undefined) break
    const { observed, marks } = oursOf(world, found, ownerTag)
    if (observed.state === 'unreachable') {
      throw providerUnreachable(TYPE, `cluster ${observed.externalName} cannot be looked into: ${observed.message}`)
    }
    if (marks === undefined) break
    // One removes; whoever else asks for it waits with it.
    if (marks.current.phase === 'deleting' && isHeld(marks.current)) {
      await wait()
      continue
    }
    await using held = await hold(world, marks, { phase: 'deleting' }, signal)
    if (held === undefined) continue
    await removeAll(world, { externalID, held }, { ownerTag, signal })
    break
  }
  signal.throwIfAborted()
}

interface Removal {
  readonly externalID: string
  readonly held: Held
}

/** Milliseconds in which a build notices that its cluster is taken away. */
const UNTIL_NOTICED = 60_000

/** A build that is under way makes nodes until it notices: only then is the last one the last. */
async function removeAll(world: KindWorld, { externalID, held }: Removal, { signal }: Operation): Promise<void> {
  const { externalName } = held.mark
  const wait = patience(signal)
  const until = Date.now() + UNTIL_NOTICED
  for (;;) {
    const marks = (await readMarks(world.docker, externalName, signal)).get(externalName)
    if (marks === undefined || marks.current.volume !== held.mark.volume) throw takenOver(externalName)
    const isAlone = !othersAt(marks) || Date.now() > until
    const nodes = (await lookFor(world, externalID, signal))?.nodes ?? []
    await removeNodes(world, nodes, signal)
    if (nodes.length === 0 && isAlone) {
      await removeMarks(world.docker, marks, signal)
      held.forget()
      return
    }
    if (nodes.length === 0) await wait()
  }
}
