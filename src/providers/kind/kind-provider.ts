import { refuseLifetime } from '../access-lifetime.ts'
import type { Capabilities, ClusterProvider, ObservedCluster } from '../provider.ts'
import { ownershipOf } from '../tags.ts'
import { issueAccess } from './access.ts'
import { adoptCluster, releaseCluster } from './adopt.ts'
import { createCluster } from './create.ts'
import { deleteCluster } from './delete.ts'
import { sharedNodeEvents } from './docker/events.ts'
import { inState, oursById } from './guard.ts'
import { hostChangesOf } from './host-changes.ts'
import { lookAt, lookAtAll } from './look.ts'
import { CLUSTER_LABEL } from './nodes.ts'
import { startCluster } from './start.ts'
import { updateCluster } from './update.ts'
import { type KindWorld, TYPE } from './world.ts'

const CAPABILITIES: Capabilities = {
  fields: {
    'spec.version': 'mutable',
    'spec.topology.controlPlane': 'immutable',
    'spec.topology.pools': 'mutable',
  },
  create: true,
  delete: 'cluster',
  start: true,
  repair: true,
  adopt: true,
  nodes: 'real',
  api: true,
  notice: 'kind, nodes in containers of this machine',
  accessTTL: { min: 60, max: 24 * 60 * 60 },
}

export interface KindOptions {
  readonly world: KindWorld
  /** Whose clusters are seen as ours; default: every workspace's. */
  readonly workspace?: string
}

/** Clusters of kind, on the Docker of this machine. */
export function kindProvider({ world: whole, workspace }: KindOptions): ClusterProvider {
  const world: KindWorld = workspace === undefined ? whole : { ...whole, workspace }
  const isSeen = ({ identity }: ObservedCluster): boolean =>
    workspace === undefined || identity === undefined || identity.workspace === workspace

  return {
    type: TYPE,
    capabilities: () => CAPABILITIES,

    async list(ownerTag, signal) {
      const observed = (await lookAtAll(world, signal)).map((cluster) => cluster.observed)
      return observed.filter((cluster) => ownershipOf(cluster, ownerTag) === 'ours' && isSeen(cluster))
    },

    async observe(externalName, signal) {
      return (await lookAt(world, externalName, signal))?.observed ?? { found: false }
    },

    async create(intent, waiting) {
      return (await createCluster(world, intent, waiting)).observed
    },

    async update(externalID, intent, waiting) {
      return (await updateCluster(world, externalID, intent, waiting)).observed
    },

    async start(externalID, operation) {
      return (await startCluster(world, externalID, operation)).observed
    },

    async adopt(externalID, marks, options) {
      return (await adoptCluster(world, externalID, marks, options)).observed
    },

    async release(externalID, operation) {
      await releaseCluster(world, externalID, operation)
    },

    async delete(externalID, operation) {
      await deleteCluster(world, externalID, operation)
    },

    async issueAccess(externalID, ttlSeconds, { ownerTag, signal }) {
      refuseLifetime(ttlSeconds, CAPABILITIES)
      const cluster = await oursById(world, externalID, { ownerTag, signal })
      await inState(world, cluster, { call: 'issueAccess', states: ['ready'] }, signal)
      return issueAccess(world, cluster, ttlSeconds, signal)
    },

    follow(externalName, changed) {
      return sharedNodeEvents(world.docker, CLUSTER_LABEL).follow(externalName, changed)
    },

    async hostChanges(intent, signal) {
      signal.throwIfAborted()
      return hostChangesOf(intent)
    },
  }
}
