import type { Client } from '../../client/index.ts'
import { refuseLifetime } from '../access-lifetime.ts'
import type { Capabilities, ClusterProvider } from '../provider.ts'
import { clusterConflict, clusterGone, isProviderError } from '../provider-error.ts'
import { marksOf, TAGS, tagsOf } from '../tags.ts'
import { issueAccess } from './access.ts'
import { createCluster, refuseFields, untilOpen } from './create.ts'
import { type ClusterName, observed, parseExternalID, stateOf, TYPE } from './endpoint-object.ts'
import { inState, oursOf, sameOf } from './guard.ts'
import { logicalWorld } from './logical-world.ts'

const CAPABILITIES: Capabilities = {
  fields: { 'spec.version': 'refused', 'spec.topology.controlPlane': 'refused', 'spec.topology.pools': 'refused' },
  create: true,
  delete: 'cluster',
  start: true,
  repair: false,
  adopt: true,
  nodes: 'none',
  api: true,
  notice: 'API only, no nodes',
  accessTTL: { min: 60, max: 365 * 24 * 60 * 60 },
}

/** Where the logical clusters are made: in the administration of a Keelson server (`/clusters/system:admin`). */
export interface LogicalOptions {
  /** Asked for each call: the server may not have begun when the provider is opened. */
  readonly client: () => Client
  /**
   * Whose clusters it sees, by the path of a workspace: owner tags are for everybody to choose, workspaces are not. Those of
   * others are there and are nobody's to touch. Default: all of them.
   */
  readonly workspace?: string
}

/**
 * A provider whose clusters are logical clusters of a Keelson server, each with an endpoint and a certificate authority of its
 * own: a whole API without nodes, in milliseconds.
 *
 * @example openLogicalProvider({ client: () => client.inCluster('system:admin') })
 */
export function openLogicalProvider(options: LogicalOptions): ClusterProvider {
  const world = () => logicalWorld(options.client(), options.workspace)

  return {
    type: TYPE,
    capabilities: () => CAPABILITIES,

    list: async (ownerTag, signal) => (await world().listOwned(ownerTag, signal)).map(observed),

    async observe(externalName, signal) {
      const endpoint = await world().read(externalName, signal)
      return endpoint === undefined ? { found: false } : observed(endpoint)
    },

    async create(intent, waiting) {
      return observed(await createCluster(world(), CAPABILITIES, intent, waiting))
    },

    async update(externalID, intent, { signal, onProgress }) {
      const cluster = clusterOf(externalID)
      signal.throwIfAborted()
      onProgress?.({ phase: 'marking', message: `logical cluster ${cluster.externalName}` })
      const updated = await world().change(cluster, signal, (current) => {
        inState(oursOf(current, intent.ownerTag, intent.identity), 'update', ['ready'])
        refuseFields(intent.spec, CAPABILITIES)
        return marking(current.metadata.annotations ?? {}, tagsOf(intent))
      })
      return observed(updated)
    },

    async start(externalID, { ownerTag, signal, onProgress }) {
      const cluster = clusterOf(externalID)
      signal.throwIfAborted()
      onProgress?.({ phase: 'opening', message: `endpoint of ${cluster.externalName}` })
      const opening = await world().change(cluster, signal, (current) => {
        inState(oursOf(current, ownerTag), 'start', ['stopped', 'building', 'ready'])
        return current.spec?.closed === true ? { spec: { closed: false } } : undefined
      })
      if (stateOf(opening) === 'ready') return observed(opening)
      return observed(
        await untilOpen(world(), opening, signal, (current) => inState(current, 'start', ['building', 'ready'])),
      )
    },

    async adopt(externalID, marks, { signal, from }) {
      const cluster = clusterOf(externalID)
      const adopted = await world().change(cluster, signal, (current) => {
        const annotations = current.metadata.annotations ?? {}
        const { ownerTag } = marksOf(annotations)
        if (ownerTag === marks.ownerTag) {
          oursOf(current, ownerTag, marks.identity)
          return undefined
        }
        if (ownerTag !== from) {
          const whose = ownerTag ? `it belongs to the owner ${ownerTag}` : `it is not of the owner ${from}`
          throw clusterConflict(cluster, whose)
        }
        inState(current, 'adopt', ['building', 'ready', 'failed', 'stopped'])
        return marking(annotations, tagsOf(marks))
      })
      return observed(adopted)
    },

    async release(externalID, { ownerTag, signal }) {
      const cluster = parseExternalID(externalID)
      if (cluster === undefined) return
      const unmarked = Object.fromEntries(Object.values(TAGS).map((tag) => [tag, null]))
      const released = world().change(cluster, signal, (current) => {
        if (marksOf(current.metadata.annotations ?? {}).ownerTag === undefined) return undefined
        inState(oursOf(current, ownerTag), 'release', ['building', 'ready', 'failed', 'stopped', 'deleting'])
        return { metadata: { annotations: unmarked } }
      })
      await released.catch((error: unknown) => {
        if (!isProviderError(error, 'gone')) throw error
      })
    },

    async delete(externalID, { ownerTag, signal, onProgress }) {
      signal.throwIfAborted()
      const cluster = parseExternalID(externalID)
      if (cluster === undefined) return
      const { externalName, uid } = cluster
      onProgress?.({ phase: 'deleting', message: `logical cluster ${externalName}` })
      for (let isBegun = false; !isBegun; ) {
        const found = await world().read(externalName, signal)
        if (found?.metadata.uid !== uid) return
        inState(oursOf(found, ownerTag), 'delete', ['building', 'ready', 'failed', 'stopped', 'deleting'])
        isBegun = stateOf(found) === 'deleting' || (await world().end(found, signal))
      }
      onProgress?.({ phase: 'emptying', message: `logical cluster ${externalName}` })
      await world().until(cluster, signal, (current) => (current === undefined ? 'gone' : undefined))
    },

    async issueAccess(externalID, ttlSeconds, { ownerTag, signal }) {
      signal.throwIfAborted()
      const cluster = clusterOf(externalID)
      refuseLifetime(ttlSeconds, CAPABILITIES)
      const ready = async () => {
        const found = sameOf(await world().read(cluster.externalName, signal), cluster)
        return inState(oursOf(found, ownerTag), 'issueAccess', ['ready'])
      }
      const access = await issueAccess(world(), await ready(), ttlSeconds, signal)
      // It is issued by name: whoever has the cluster, or another of the same name, by now is not who asked.
      await ready()
      return access
    },

    async hostChanges({ externalName }, signal) {
      signal.throwIfAborted()
      return [
        { kind: 'port', what: `a port of the server for ${externalName}`, needsRoot: false, undoneByDelete: true },
      ]
    },
  }
}

/** Undefined where all of them are there. */
function marking(annotations: Readonly<Record<string, string>>, tags: Readonly<Record<string, string>>) {
  const isMarked = Object.entries(tags).every(([key, value]) => annotations[key] === value)
  return isMarked ? undefined : { metadata: { annotations: tags } }
}

function clusterOf(externalID: string): ClusterName {
  const cluster = parseExternalID(externalID)
  if (cluster === undefined) throw clusterGone(externalID)
  return cluster
}
