import { type Clock, systemClock } from '../../controller/index.ts'
import { isDNS1123Label } from '../../machinery/index.ts'
import { refuseLifetime } from '../access-lifetime.ts'
import type { Capabilities, ClusterProvider } from '../provider.ts'
import { callRefused, clusterGone } from '../provider-error.ts'
import { ownershipOf } from '../tags.ts'
import { accessTo } from './access.ts'
import { adoptCluster, releaseCluster } from './adopt.ts'
import { courseOf, type Surroundings } from './course.ts'
import { createCluster } from './create.ts'
import { deleteCluster } from './delete.ts'
import { inState, oursOf } from './guard.ts'
import { type ClusterName, type ClusterRecord, observed, parseExternalID, TYPE } from './record.ts'
import { updateCluster } from './update.ts'
import { openWorld } from './world.ts'

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
  nodes: 'pretended',
  api: false,
  notice: 'simulated, no real cluster',
  accessTTL: { min: 60, max: 24 * 60 * 60 },
}

/** Where the pretended world is. Providers on one folder, of one process or of several, see the same world. */
export interface SimulatedOptions {
  folder: string
  clock?: Clock
}

/**
 * A provider that pretends: clusters are files in a folder. What goes wrong, and how long things take, is arranged in the
 * file `control.json` there.
 *
 * Errors: ProviderError `unreachable` when the folder cannot be made.
 *
 * @example openSimulatedProvider({ folder: '.keelson/simulated' })
 */
export function openSimulatedProvider({ folder, clock = systemClock }: SimulatedOptions): ClusterProvider {
  const world = openWorld(folder, clock.now)
  const surroundings: Surroundings = { world, clock }

  return {
    type: TYPE,
    capabilities: () => CAPABILITIES,

    async list(ownerTag, signal) {
      const course = courseOf('list', surroundings)
      course.reach('before')
      await course.wait(1, signal)
      const found = world.readAll().map(([externalName, record]) => observed(externalName, record))
      course.reach('after')
      return found.filter((cluster) => ownershipOf(cluster, ownerTag) === 'ours')
    },

    async observe(externalName, signal) {
      const course = courseOf('observe', surroundings, externalName)
      course.reach('before')
      await course.wait(1, signal)
      const record = isDNS1123Label(externalName).length === 0 ? world.read(externalName) : undefined
      course.reach('after')
      return record === undefined ? { found: false } : observed(externalName, record)
    },

    async create(intent, waiting) {
      return observed(intent.externalName, await createCluster(surroundings, intent, waiting))
    },

    async update(externalID, intent, waiting) {
      const cluster = clusterOf(externalID)
      return observed(cluster.externalName, await updateCluster(surroundings, CAPABILITIES, cluster, intent, waiting))
    },

    async start(externalID, { ownerTag, signal, onProgress }) {
      const cluster = clusterOf(externalID)
      const course = courseOf('start', surroundings, cluster.externalName)
      onProgress?.({ phase: 'starting', message: `simulated cluster ${cluster.externalName}` })
      course.reach('before')
      const startable = (current: ClusterRecord | undefined) =>
        inState(oursOf(current, cluster, ownerTag), cluster, 'start', ['stopped', 'ready'])
      startable(world.read(cluster.externalName))
      await course.wait(1, signal)
      const record = world.change(cluster.externalName, (current) => ({
        ...startable(current),
        state: 'ready',
        message: '',
      }))
      course.reach('after')
      return observed(cluster.externalName, startable(record))
    },

    async adopt(externalID, marks, options) {
      const cluster = clusterOf(externalID)
      return observed(cluster.externalName, await adoptCluster(surroundings, cluster, marks, options))
    },

    async release(externalID, operation) {
      const cluster = parseExternalID(externalID)
      if (cluster !== undefined) await releaseCluster(surroundings, cluster, operation)
    },

    async delete(externalID, operation) {
      const cluster = parseExternalID(externalID)
      if (cluster !== undefined) await deleteCluster(surroundings, cluster, operation)
    },

    async issueAccess(externalID, ttlSeconds, { ownerTag, signal }) {
      const cluster = clusterOf(externalID)
      refuseLifetime(ttlSeconds, CAPABILITIES)
      const course = courseOf('issueAccess', surroundings, cluster.externalName)
      course.reach('before')
      await course.wait(1, signal)
      const ours = oursOf(world.read(cluster.externalName), cluster, ownerTag)
      const { endpoint } = inState(ours, cluster, 'issueAccess', ['ready'])
      if (endpoint === undefined) throw callRefused(`cluster ${cluster.externalName} has no endpoint`)
      course.reach('after')
      return accessTo(cluster.externalName, endpoint, ttlSeconds, clock.now())
    },

    async hostChanges({ externalName }, signal) {
      signal.throwIfAborted()
      return [{ kind: 'file', what: world.fileOf(externalName), needsRoot: false, undoneByDelete: true }]
    },
  }
}

function clusterOf(externalID: string): ClusterName {
  const cluster = parseExternalID(externalID)
  if (cluster === undefined) throw clusterGone(externalID)
  return cluster
}
