/** Reading and changing LogicalEndpoints, whoever else does so at the same time. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '../../client/index.ts'
import { find, orGone } from '../../controller/index.ts'
import { isDNS1123Label, isStatus } from '../../machinery/index.ts'
import { askWorld } from '../ask.ts'
import { clusterGone } from '../provider-error.ts'
import { TAGS } from '../tags.ts'
import {
  API_VERSION,
  type ClusterName,
  ENDPOINTS,
  externalIDOf,
  type LogicalEndpoint,
  OWNED_ENDPOINTS,
  TYPE,
} from './endpoint-object.ts'
import { HIDDEN_OWNER, refuseHidden, sameOf } from './guard.ts'

export interface LogicalWorld {
  readonly client: Client
  readonly listOwned: (ownerTag: string, signal: AbortSignal) => Promise<readonly LogicalEndpoint[]>
  /** Throws AlreadyExists. */
  readonly create: (
    externalName: string,
    tags: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ) => Promise<LogicalEndpoint>
  readonly read: (externalName: string, signal: AbortSignal) => Promise<LogicalEndpoint | undefined>
  /** Patches what `change` says of the latest state; undefined changes nothing. */
  readonly change: (cluster: ClusterName, signal: AbortSignal, change: Change) => Promise<LogicalEndpoint>
  /** Whether its deletion has begun, or it is gone: not where somebody has changed it since it was read. */
  readonly end: (endpoint: LogicalEndpoint, signal: AbortSignal) => Promise<boolean>
  /** Looks until `done` has an answer. */
  readonly until: <T>(
    cluster: ClusterName,
    signal: AbortSignal,
    done: (endpoint: LogicalEndpoint | undefined) => T | undefined,
  ) => Promise<T>
}

type Change = (endpoint: LogicalEndpoint) => object | undefined

/** Milliseconds between two looks: soon at first, most of what is waited for takes a few. */
const FIRST_LOOK = 2
const LAST_LOOK = 200

/** On an endpoint, for good: whom it was made for. Marks can be taken off, this cannot. */
const WORKSPACE_ANNOTATION = 'endpoints.keelson.dev/workspace'

export function logicalWorld(client: Client, workspace?: string): LogicalWorld {
  const isHidden = ({ metadata }: LogicalEndpoint): boolean =>
    workspace !== undefined && metadata.annotations?.[WORKSPACE_ANNOTATION] !== workspace
  const read: LogicalWorld['read'] = async (externalName, signal) => {
    signal.throwIfAborted()
    if (isDNS1123Label(externalName).length > 0) return undefined
    const found = await askWorld(TYPE, signal, () => find(client, ENDPOINTS, externalName, { signal }))
    return found !== undefined && isHidden(found) ? hidden(found) : found
  }
  return {
    client,
    read,
    listOwned: async (namespace, signal) => {
      const { items } = await askWorld(TYPE, signal, () => client.list(OWNED_ENDPOINTS, { namespace, signal }))
      return items.filter((endpoint) => !isHidden(endpoint))
    },
    create: (externalName, tags, signal) => {
      const annotations = { ...tags, ...(workspace !== undefined && { [WORKSPACE_ANNOTATION]: workspace }) }
      const metadata = { name: externalName, annotations }
      return askWorld(TYPE, signal, () =>
        client.create(ENDPOINTS, { apiVersion: API_VERSION, kind: 'LogicalEndpoint', metadata }, { signal }),
      )
    },
    async change(cluster, signal, change) {
      for (;;) {
        const current = refuseHidden(sameOf(await read(cluster.externalName, signal), cluster))
        const patch = change(current)
        if (patch === undefined) return current
        const { resourceVersion } = current.metadata
        const held = { ...patch, metadata: { ...(patch as { metadata?: object }).metadata, resourceVersion } }
        try {
          return await askWorld(TYPE, signal, () =>
            client.patch(ENDPOINTS, cluster.externalName, 'merge', held, { signal }),
          )
        } catch (error) {
          if (isStatus(error, 'NotFound')) throw clusterGone(externalIDOf(cluster))
          if (!isStatus(error, 'Conflict')) throw error
        }
      }
    },
    async end({ metadata: { name = '', uid = '', resourceVersion = '' } }, signal) {
      const preconditions = { uid, resourceVersion }
      try {
        await askWorld(TYPE, signal, () => orGone(client.delete(ENDPOINTS, name, { preconditions, signal })))
        return true
      } catch (error) {
        if (!isStatus(error, 'Conflict')) throw error
        return false
      }
    },
    async until(cluster, signal, done) {
      for (let wait = FIRST_LOOK; ; wait = Math.min(wait * 2, LAST_LOOK)) {
        const endpoint = await read(cluster.externalName, signal)
        const answer = done(endpoint?.metadata.uid === cluster.uid ? endpoint : undefined)
        if (answer !== undefined) return answer
        await askWorld(TYPE, signal, () => delay(wait, undefined, { signal }))
      }
    },
  }
}

/** That there is one is all that others may know. */
function hidden({ status, ...endpoint }: LogicalEndpoint): LogicalEndpoint {
  const state = status?.state
  const annotations = { [TAGS.owner]: HIDDEN_OWNER }
  return {
    ...endpoint,
    metadata: { ...endpoint.metadata, annotations },
    ...(state !== undefined && { status: { state } }),
  }
}
