import { randomUUID } from 'node:crypto'
import { isDNS1123Label } from '../../machinery/index.ts'
import type { ClusterIntent, ClusterSpec, Waiting } from '../provider.ts'
import { fieldsRefused, type RefusedField } from '../provider-error.ts'
import { tagsOf } from '../tags.ts'
import { build } from './build.ts'
import { failing } from './failure.ts'
import { inState, oursOf } from './guard.ts'
import { type Cluster, lookAt } from './look.ts'
import { claim, isHeld, readMarks, removeMarks } from './marks.ts'
import { hold, patience, takenOver } from './operation.ts'
import type { KindWorld } from './world.ts'

/** Hostnames have 63 characters (RFC 1123), and kind's longest suffix is that of a load balancer. */
const NODE_NAME = 63

export function createCluster(world: KindWorld, intent: ClusterIntent, waiting: Waiting): Promise<Cluster> {
  return failing(`cluster ${intent.externalName} cannot be made`, () => create(world, intent, waiting))
}

async function create(world: KindWorld, intent: ClusterIntent, waiting: Waiting): Promise<Cluster> {
  const { externalName, ownerTag, identity } = intent
  const { signal, onProgress } = waiting
  signal.throwIfAborted()
  onProgress?.({ phase: 'checking', message: `whether ${externalName} exists` })
  refuseSpec(world, intent)
  const wait = patience(signal)
  let isWaiting = false
  for (;;) {
    const found = await lookAt(world, externalName, signal)
    if (found === undefined) {
      if (isWaiting) throw takenOver(externalName)
      await begin(world, intent, signal)
      continue
    }
    const cluster = await inState(
      world,
      oursOf(world, found, ownerTag, identity),
      { call: 'create', states: ['building', 'ready'] },
      signal,
    )
    const { marks, observed } = cluster
    if (observed.state === 'ready') {
      signal.throwIfAborted()
      return cluster
    }
    // Another is at it, or its API is about to answer.
    if (marks === undefined || marks.current.phase !== 'building' || isHeld(marks.current)) {
      if (!isWaiting) onProgress?.({ phase: 'waiting', message: observed.message })
      isWaiting = true
      await wait()
      continue
    }
    await using held = await hold(world, marks, { attempt: attempt(), message: '' }, signal)
    if (held !== undefined) await build(world, { held, nodes: cluster.nodes }, waiting)
  }
}

/** Names are short: a path of a mount has it in every node. */
export function attempt(): string {
  return randomUUID().slice(0, 8)
}

async function begin(world: KindWorld, intent: ClusterIntent, signal: AbortSignal): Promise<void> {
  const { externalName, spec } = intent
  const { docker } = world
  const tags = tagsOf(intent)
  const content = { phase: 'building', tags, spec, message: '', attempt: '' } as const
  if ((await claim(docker, { externalName }, content, signal)) === undefined) {
    await clearReleased(world, intent, signal)
  }
}

/** A cluster that was let go of, and whose nodes somebody has removed since, may have left a mark. */
async function clearReleased(world: KindWorld, { externalName }: ClusterIntent, signal: AbortSignal): Promise<void> {
  const marks = (await readMarks(world.docker, externalName, signal)).get(externalName)
  if (marks?.current.phase !== 'releasing' || isHeld(marks.current)) return
  await using held = await hold(world, marks, {}, signal)
  if (held === undefined) return
  await removeMarks(world.docker, { current: held.mark, all: [...marks.all, held.mark] }, signal)
  held.forget()
}

function refuseSpec({ images }: KindWorld, { externalName, spec }: ClusterIntent): void {
  const names: RefusedField[] = isDNS1123Label(externalName).map((message) => ({ field: 'spec.externalName', message }))
  const suffix = (spec.topology?.controlPlane?.replicas ?? 1) > 1 ? '-external-load-balancer' : '-control-plane'
  const room = NODE_NAME - suffix.length
  if (names.length === 0 && externalName.length > room) {
    names.push({ field: 'spec.externalName', message: `must be no more than ${room} characters` })
  }
  if (names.length > 0) throw fieldsRefused(names)
  refuseFields(spec)
  images.imageFor(spec.version)
}

/** What of a spec no cluster of kind can have. */
export function refuseFields({ version, topology = {} }: ClusterSpec): void {
  const refused: RefusedField[] = []
  if (version !== undefined && !/^v\d+\.\d+\.\d+$/.test(version)) {
    refused.push({ field: 'spec.version', message: `"${version}" is no version; write it as v1.36.0` })
  }
  if (topology.controlPlane !== undefined && topology.controlPlane.replicas < 1) {
    refused.push({ field: 'spec.topology.controlPlane', message: 'a cluster has at least one control plane' })
  }
  const pools = topology.pools ?? []
  if (pools.some(({ type }) => type !== undefined)) {
    refused.push({ field: 'spec.topology.pools', message: 'nodes of kind have no machine types; leave type out' })
  }
  if (pools.some(({ name }) => isDNS1123Label(name).length > 0)) {
    refused.push({ field: 'spec.topology.pools', message: 'the name of a pool must be a DNS label' })
  }
  if (refused.length > 0) throw fieldsRefused(refused)
}
