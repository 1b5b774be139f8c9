/** What the server itself must know of a LogicalEndpoint; the kind is defined by the workspaces room. */
import type { KubeObject } from '../../machinery/index.ts'
import { objectKey, rangePrefix } from '../keys.ts'
import { SHARD_CLUSTER } from '../scope.ts'

export const LOGICAL_ENDPOINTS = {
  group: 'endpoints.keelson.dev',
  version: 'v1alpha1',
  kind: 'LogicalEndpoint',
  plural: 'logicalendpoints',
} as const

/** Endpoints and the Secrets of their authorities are the shard's own, as its listeners are. */
export const ENDPOINTS_CLUSTER = SHARD_CLUSTER
export const AUTHORITY_NAMESPACE = 'kube-system'

const PLACE = { group: LOGICAL_ENDPOINTS.group, names: LOGICAL_ENDPOINTS, identity: 'builtin', namespaced: false }

export const LOGICAL_ENDPOINTS_PREFIX = rangePrefix(PLACE, ENDPOINTS_CLUSTER, '')

export function logicalEndpointKey(name: string): string {
  return objectKey(PLACE, ENDPOINTS_CLUSTER, '', name)
}

/**
 * - `Opening`: not yet; `message` says why where it has been tried in vain, and it is tried again.
 * - `Open`: it listens at `host` and `port`.
 * - `Closed`: as `spec.closed` wants it.
 * - `Failed`: it cannot be opened by waiting.
 */
export type EndpointState = 'Opening' | 'Open' | 'Closed' | 'Failed'

export interface LogicalEndpoint extends KubeObject {
  readonly spec: {
    /** The logical cluster that it serves. */
    readonly cluster: string
    readonly closed: boolean
  }
  readonly status?: {
    readonly state?: EndpointState
    readonly host?: string
    readonly port?: number
    /** `sha256:` and 64 hex digits, of the authority's certificate in DER. */
    readonly caFingerprint?: string
    readonly message?: string
    /** Oldest first. */
    readonly logTail?: readonly string[]
  }
}

/** The Secret that holds the endpoint's authority: `tls.crt` and `tls.key`. */
export function authoritySecretName(endpoint: string): string {
  return `logical-endpoint-${endpoint}`
}
