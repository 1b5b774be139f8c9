/** Which cluster in Docker a KindCluster's is: found by what Docker says, whatever the object's status claims. */
import { type ClusterIdentity, formatIdentity } from '../../identity.ts'
import { tagsOf } from '../../tags.ts'
import { type Cluster, lookAt, parseExternalID } from '../look.ts'
import { hold } from '../operation.ts'
import type { KindWorld } from '../world.ts'
import { ID_ANNOTATION, intentOf, type KindCluster, OWNER_TAG, ownName } from './kind-cluster.ts'

export type Found =
  | { readonly is: 'ours'; readonly cluster: Cluster; readonly externalName: string }
  | { readonly is: 'absent'; readonly externalName: string }
  /** Somebody else's, made by nobody of ours. */
  | { readonly is: 'foreign'; readonly externalName: string }

export async function findCluster(
  world: KindWorld,
  object: KindCluster,
  identity: ClusterIdentity,
  signal: AbortSignal,
): Promise<Found> {
  const moved = await findMoved(world, object, identity, signal)
  if (moved !== undefined) return moved
  for (const externalName of [object.spec.name, ownName(object, identity)]) {
    const cluster = await lookAt(world, externalName, signal)
    if (cluster === undefined) return { is: 'absent', externalName }
    const { ownerTag } = cluster.observed
    if (ownerTag === undefined) return { is: 'foreign', externalName }
    if (isOf(cluster, identity)) return { is: 'ours', cluster, externalName }
    // Of another workspace, or of a ClusterProvider: each has a cluster, and nobody waits for the other's name.
  }
  return { is: 'foreign', externalName: object.spec.name }
}

/** clusterctl move takes the object to another API: the id, which nobody can guess, goes along. */
async function findMoved(
  world: KindWorld,
  object: KindCluster,
  identity: ClusterIdentity,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const id = object.metadata.annotations?.[ID_ANNOTATION]
  const name = id === undefined ? undefined : parseExternalID(id)
  if (name === undefined) return undefined
  const { externalName, uid } = name
  const cluster = await lookAt(world, externalName, signal)
  if (cluster?.uid !== uid || cluster.observed.ownerTag !== OWNER_TAG || cluster.marks === undefined) return undefined
  if (!isOf(cluster, identity)) {
    await using held = await hold(world, cluster.marks, {}, signal)
    await held?.finish({ tags: tagsOf(intentOf(object, identity, externalName)) }, signal)
  }
  return { is: 'ours', cluster, externalName }
}

function isOf({ observed }: Cluster, identity: ClusterIdentity): boolean {
  const { ownerTag, identity: has } = observed
  return ownerTag === OWNER_TAG && has !== undefined && formatIdentity(has) === formatIdentity(identity)
}
