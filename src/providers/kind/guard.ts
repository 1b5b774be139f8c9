import { type ClusterIdentity, formatIdentity } from '../identity.ts'
import type { ClusterState } from '../provider.ts'
import { callRefused, clusterConflict, clusterGone, operationFailed, providerUnreachable } from '../provider-error.ts'
import { ownershipOf } from '../tags.ts'
import { logTailOf } from './docker/containers.ts'
import { type Cluster, lookAt, parseExternalID } from './look.ts'
import { type KindWorld, TYPE } from './world.ts'

/** The cluster of this id; another may have its name by now. */
export async function lookFor(world: KindWorld, externalID: string, signal: AbortSignal): Promise<Cluster | undefined> {
  signal.throwIfAborted()
  const name = parseExternalID(externalID)
  if (name === undefined) return undefined
  const cluster = await lookAt(world, name.externalName, signal)
  return cluster?.uid === name.uid ? cluster : undefined
}

/** The cluster, if it carries this owner tag and, where one is given, this identity. */
export function oursOf(
  { workspace }: KindWorld,
  cluster: Cluster,
  ownerTag: string,
  identity?: ClusterIdentity,
): Cluster {
  const { observed } = cluster
  const ownership = ownershipOf(observed, ownerTag)
  if (ownership === 'untagged') throw clusterConflict(observed, 'it carries no owner tag')
  if (ownership === 'other') throw clusterConflict(observed, `it belongs to the owner ${observed.ownerTag}`)
  if (workspace !== undefined && observed.identity && observed.identity.workspace !== workspace) {
    throw clusterConflict(observed, 'it belongs to another workspace')
  }
  if (identity && observed.identity && formatIdentity(identity) !== formatIdentity(observed.identity)) {
    throw clusterConflict(observed, `it is the cluster of ${formatIdentity(observed.identity)}`)
  }
  return cluster
}

/** Ours, of this id, and no longer than the answer takes. */
export async function oursById(
  world: KindWorld,
  externalID: string,
  { ownerTag, identity, signal }: { ownerTag: string; identity?: ClusterIdentity; signal: AbortSignal },
): Promise<Cluster> {
  const cluster = await lookFor(world, externalID, signal)
  if (cluster === undefined) throw clusterGone(externalID)
  return oursOf(world, cluster, ownerTag, identity)
}

/** The cluster, if it is in one of the states that a call can work with. */
export async function inState(
  { docker }: KindWorld,
  cluster: Cluster,
  { call, states }: { readonly call: string; readonly states: readonly ClusterState[] },
  signal: AbortSignal,
): Promise<Cluster> {
  const { state, message, externalName } = cluster.observed
  if (states.includes(state)) return cluster
  if (state === 'unreachable')
    throw providerUnreachable(TYPE, `cluster ${externalName} cannot be looked into: ${message}`)
  if (state === 'failed') {
    const down = cluster.nodes.filter((node) => node.state !== 'running')
    const tails = await Promise.all(down.map(({ id }) => logTailOf(docker, id, signal)))
    throw operationFailed(`cluster ${externalName} has failed: ${message}`, [message, ...tails.flat()])
  }
  throw callRefused(`${call} cannot be done with cluster ${externalName}: it is ${state}`)
}
