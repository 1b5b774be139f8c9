/** Objects that no manifest asks for and that have no cluster: left alone, their controllers would make one. */
import type { Client } from '../../client/index.ts'
import { orGone } from '../../controller/index.ts'
import { CLUSTER_RESOURCES, type ClusterKind } from '../controllers/cluster-object.ts'
import type { Plan } from '../engine/plan.ts'
import type { PresentObject } from '../engine/review.ts'

/** The addresses of those that were deleted. Of a world that is not wholly known nothing is deleted. */
export async function pruneObjects(
  client: Client,
  objects: readonly PresentObject[],
  { items, command }: Plan,
  signal: AbortSignal,
): Promise<string[]> {
  if (command.prune !== true || items.some(({ outcome }) => outcome === 'unknown')) return []
  // What is wanted may depend on one that has no cluster yet.
  const planned = new Set(items.flatMap(({ address, cluster }) => [address, ...(cluster?.dependsOn ?? [])]))
  const idle = objects.filter(({ address }) => !planned.has(address)).map(({ address }) => address)
  for (const address of idle) {
    const [kind = '', name = ''] = address.split('/')
    await orGone(client.delete(CLUSTER_RESOURCES[kind as ClusterKind], name, { signal }))
  }
  return idle
}
