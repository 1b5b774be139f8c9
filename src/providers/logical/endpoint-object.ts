/** LogicalEndpoints as the provider sees them: the world of its clusters. */
import { resourceRef } from '../../client/index.ts'
import type { KubeObject } from '../../machinery/index.ts'
import type { ClusterState, ObservedCluster } from '../provider.ts'
import { marksOf } from '../tags.ts'

export const TYPE = 'logical'
export const API_VERSION = 'endpoints.keelson.dev/v1alpha1'

export interface LogicalEndpoint extends KubeObject {
  readonly spec?: { readonly closed?: boolean }
  readonly status?: {
    readonly state?: string
    readonly host?: string
    readonly port?: number
    readonly caFingerprint?: string
    readonly message?: string
    readonly logTail?: readonly string[]
  }
}

export const ENDPOINTS = resourceRef<LogicalEndpoint>(API_VERSION, 'logicalendpoints', { namespaced: false })
/** The same by owner tag, which is their namespace. */
export const OWNED_ENDPOINTS = resourceRef<LogicalEndpoint>(API_VERSION, 'ownedlogicalendpoints', { namespaced: true })

/** One incarnation of the cluster of this name. */
export interface ClusterName {
  readonly externalName: string
  readonly uid: string
}

export function externalIDOf({ externalName, uid }: ClusterName): string {
  return `${TYPE}://${externalName}/${uid}`
}

/** The inverse of externalIDOf; undefined for what is no id of ours. */
export function parseExternalID(externalID: string): ClusterName | undefined {
  const [, externalName, uid] = /^logical:\/\/([-a-z0-9]+)\/([-a-z0-9]+)$/.exec(externalID) ?? []
  return externalName === undefined || uid === undefined ? undefined : { externalName, uid }
}

export function nameOf({ metadata: { name = '', uid = '' } }: LogicalEndpoint): ClusterName {
  return { externalName: name, uid }
}

const STATES: Readonly<Record<string, ClusterState>> = {
  Opening: 'building',
  Open: 'ready',
  Closed: 'stopped',
  Failed: 'failed',
}

/** What another version of the server says of it is not understood: nobody knows its state then. */
export function stateOf({ metadata, spec, status }: LogicalEndpoint): ClusterState {
  if (metadata.deletionTimestamp !== undefined) return 'deleting'
  const state = STATES[status?.state ?? 'Opening'] ?? 'unreachable'
  // Between the wish and its effect it is on its way.
  if ((state === 'ready' && spec?.closed === true) || (state === 'stopped' && spec?.closed !== true)) return 'building'
  return state
}

export function observed(endpoint: LogicalEndpoint): ObservedCluster {
  const { metadata, status = {} } = endpoint
  const { host, port, caFingerprint } = status
  const name = nameOf(endpoint)
  const known = host !== undefined && port !== undefined && caFingerprint !== undefined
  return {
    found: true,
    externalID: externalIDOf(name),
    externalName: name.externalName,
    state: stateOf(endpoint),
    ...marksOf(metadata.annotations ?? {}),
    spec: {},
    ...(known && { endpoint: { host, port, caFingerprint } }),
    message: status.message ?? '',
  }
}
