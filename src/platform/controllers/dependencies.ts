/** What an object waits for: on the way up what it depends on, on the way down what depends on it. */
import type { Client } from '../../client/index.ts'
import { find, hasFinalizer, isTrue } from '../../controller/index.ts'
import { dependenciesOf } from '../engine/desired.ts'
import { addressOf } from '../engine/manifest.ts'
import {
  CLUSTER_FINALIZER,
  CLUSTER_RESOURCES,
  type ClusterKind,
  type ClusterObject,
  CONTROL_CENTER_API_FINALIZER,
} from './cluster-object.ts'

export interface Obstacle {
  /** `ControlCenter/emea` */
  readonly address: string
  readonly message: string
  /** Nobody but who writes the objects can help: they wait for each other. */
  readonly isMistake?: true
}

/** The first that must be ready before, and is not. */
export async function unmetDependency(object: ClusterObject, client: Client): Promise<Obstacle | undefined> {
  for (const { address } of dependenciesOf(object.spec)) {
    const found = await findAt(address, client)
    if (found === undefined) return { address, message: `waits for ${address}, which is not there` }
    if (found.metadata.deletionTimestamp !== undefined) {
      return { address, message: `waits for ${address}, which is being deleted` }
    }
    if (isTrue(found.status?.conditions ?? [], 'Ready')) continue
    const cycle = await cycleOf(object, client)
    if (cycle === undefined) return { address, message: `waits for ${address}` }
    const message = `spec.dependsOn: cycle: ${cycle.join(' -> ')} (take one of these references out)`
    return { address, message, isMistake: true }
  }
  return undefined
}

/** One that still needs what is to be deleted: it goes first. */
export async function dependentOn(wanted: string, client: Client): Promise<Obstacle | undefined> {
  for (const kind of ['Platform', 'ControlCenter'] as const) {
    for await (const object of client.items(CLUSTER_RESOURCES[kind])) {
      if (!dependenciesOf(object.spec).some(({ address }) => address === wanted)) continue
      const address = addressOf(kind, object.metadata.name ?? '')
      if (isHeld(object)) return { address, message: `waits for ${address}, which needs it` }
    }
  }
  return undefined
}

/** Whether its cluster, or what its control center holds of it, is still there. */
export function isHeld(object: ClusterObject): boolean {
  return hasFinalizer(object, CLUSTER_FINALIZER) || hasFinalizer(object, CONTROL_CENTER_API_FINALIZER)
}

function findAt(address: string, client: Client): Promise<ClusterObject | undefined> {
  const [kind, name = ''] = address.split('/')
  return find(client, CLUSTER_RESOURCES[kind as ClusterKind], name)
}

/** The way from the object back to itself. */
async function cycleOf(object: ClusterObject, client: Client): Promise<readonly string[] | undefined> {
  const start = addressOf(object.kind, object.metadata.name ?? '')
  const seen = new Set<string>()
  const visit = async ({ spec }: ClusterObject, way: readonly string[]): Promise<readonly string[] | undefined> => {
    for (const { address } of dependenciesOf(spec)) {
      if (address === start) return [...way, start]
      if (seen.has(address)) continue
      seen.add(address)
      const next = await findAt(address, client)
      const cycle = next === undefined ? undefined : await visit(next, [...way, address])
      if (cycle !== undefined) return cycle
    }
    return undefined
  }
  return visit(object, [start])
}
