import { type ClusterIdentity, formatIdentity } from '../identity.ts'
import type { ClusterState } from '../provider.ts'
import { callRefused, clusterConflict, clusterGone, operationFailed, providerUnreachable } from '../provider-error.ts'
import { marksOf, ownershipOf } from '../tags.ts'
import { type ClusterName, externalIDOf, type LogicalEndpoint, nameOf, stateOf, TYPE } from './endpoint-object.ts'

/** The endpoint, if it is of this incarnation. */
export function sameOf(endpoint: LogicalEndpoint | undefined, cluster: ClusterName): LogicalEndpoint {
  if (endpoint === undefined || endpoint.metadata.uid !== cluster.uid) throw clusterGone(externalIDOf(cluster))
  return endpoint
}

/** The owner of what belongs to another workspace; no owner tag looks so. */
export const HIDDEN_OWNER = 'of another workspace'

export function refuseHidden(endpoint: LogicalEndpoint): LogicalEndpoint {
  if (marksOf(endpoint.metadata.annotations ?? {}).ownerTag !== HIDDEN_OWNER) return endpoint
  throw clusterConflict(nameOf(endpoint), 'it belongs to another workspace')
}

/** The endpoint, if it carries this owner tag and, where one is given, this identity. */
export function oursOf(endpoint: LogicalEndpoint, ownerTag: string, identity?: ClusterIdentity): LogicalEndpoint {
  const marks = marksOf(refuseHidden(endpoint).metadata.annotations ?? {})
  const cluster = nameOf(endpoint)
  const ownership = ownershipOf(marks, ownerTag)
  if (ownership === 'untagged') throw clusterConflict(cluster, 'it carries no owner tag')
  if (ownership === 'other') throw clusterConflict(cluster, `it belongs to the owner ${marks.ownerTag}`)
  if (identity && marks.identity && formatIdentity(identity) !== formatIdentity(marks.identity)) {
    throw clusterConflict(cluster, `it is the cluster of ${formatIdentity(marks.identity)}`)
  }
  return endpoint
}

/** The endpoint, if it is in one of the states that a call can work with. */
export function inState(endpoint: LogicalEndpoint, call: string, states: readonly ClusterState[]): LogicalEndpoint {
  const state = stateOf(endpoint)
  const { externalName } = nameOf(endpoint)
  const { message = '', logTail = [] } = endpoint.status ?? {}
  if (states.includes(state)) return endpoint
  if (state === 'unreachable') throw providerUnreachable(TYPE, `cluster ${externalName} cannot be looked into`)
  if (state === 'failed') throw operationFailed(`cluster ${externalName} has failed: ${message}`, logTail)
  throw callRefused(`${call} cannot be done with cluster ${externalName}: it is ${state}`)
}
