import type { ClusterIntent, ClusterSpec, Waiting } from '../provider.ts'
import { callRefused, fieldsRefused } from '../provider-error.ts'
import { specDifferences } from '../spec-fields.ts'
import { tagsOf } from '../tags.ts'
import { build } from './build.ts'
import { changeNodes, refuseVersionStep } from './change-nodes.ts'
import { attempt, refuseFields } from './create.ts'
import { failing } from './failure.ts'
import { inState, oursById } from './guard.ts'
import type { Cluster } from './look.ts'
import { isHeld } from './marks.ts'
import { firstControlPlane } from './nodes.ts'
import { type Held, hold, patience, takenOver } from './operation.ts'
import { mend } from './ready.ts'
import type { KindWorld } from './world.ts'

/** Brings nodes in line, then the marks, the digest last: whoever is interrupted leaves a cluster that differs still. */
export function updateCluster(
  world: KindWorld,
  externalID: string,
  intent: ClusterIntent,
  waiting: Waiting,
): Promise<Cluster> {
  return failing(`cluster ${intent.externalName} cannot be updated`, () => update(world, externalID, intent, waiting))
}

async function update(world: KindWorld, externalID: string, intent: ClusterIntent, waiting: Waiting): Promise<Cluster> {
  const { signal, onProgress } = waiting
  signal.throwIfAborted()
  onProgress?.({ phase: 'checking', message: `what of ${intent.externalName} differs` })
  const wait = patience(signal)
  for (;;) {
    const cluster = await oursById(world, externalID, { ...intent, signal })
    refuseFields(intent.spec)
    world.images.imageFor(intent.spec.version)
    const { marks, observed } = cluster
    if (marks === undefined) throw callRefused(`cluster ${observed.externalName} has no marks`)
    if (isHeld(marks.current) || (observed.state === 'building' && marks.current.phase === 'built')) {
      await wait()
      continue
    }
    await inState(world, cluster, { call: 'update', states: ['ready', 'failed'] }, signal)
    refuseImmutable(cluster, intent.spec)
    refuseVersionStep(observed.spec.version, intent.spec.version)
    const isLost = marks.current.phase === 'deleting' || firstControlPlane(cluster.nodes.filter(isWhole)) === undefined
    const spec = merged(marks.current.spec, intent.spec)
    if (isLost && !cluster.nodes.some(({ isReplaced }) => isReplaced)) {
      // There is nothing left to lose: it is built again.
      await using held = await hold(world, marks, { phase: 'building', spec, attempt: attempt() }, signal)
      if (held !== undefined) await build(world, { held, nodes: cluster.nodes }, waiting)
      continue
    }
    await using held = await hold(world, marks, {}, signal)
    if (held === undefined) continue
    await bringInLine(world, { externalID, held, intent }, waiting)
    onProgress?.({ phase: 'marking', message: `cluster ${observed.externalName}` })
    await held.finish({ tags: tagsOf(intent), spec, message: '' }, signal)
    const updated = await oursById(world, externalID, { ...intent, signal })
    signal.throwIfAborted()
    return updated
  }
}

const isWhole = ({ state }: { state: string }): boolean => state !== 'dead'

interface Change {
  readonly externalID: string
  readonly held: Held
  readonly intent: ClusterIntent
}

async function bringInLine(world: KindWorld, { externalID, held, intent }: Change, waiting: Waiting): Promise<void> {
  const { signal } = waiting
  const look = async (): Promise<Cluster> => {
    if (!(await held.isMine(signal))) throw takenOver(intent.externalName)
    return oursById(world, externalID, { ...intent, signal })
  }
  await changeNodes(world, { look, spec: intent.spec, mend: (cluster) => mend(world, cluster, waiting) }, waiting)
}

function refuseImmutable({ observed, nodes }: Cluster, spec: ClusterSpec): void {
  // What is not there is no count to hold anybody to.
  if (nodes.length === 0) return
  const differing = specDifferences(observed.spec, spec).filter(({ field }) => field === 'spec.topology.controlPlane')
  if (differing.length === 0) return
  throw fieldsRefused(differing.map(({ field }) => ({ field, message: 'cannot be changed in place' })))
}

function merged(before: ClusterSpec, wanted: ClusterSpec): ClusterSpec {
  const topology = { ...before.topology, ...wanted.topology }
  return { ...before, ...wanted, ...(Object.keys(topology).length > 0 && { topology }) }
}
