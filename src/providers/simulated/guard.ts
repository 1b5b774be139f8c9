import { type ClusterIdentity, formatIdentity } from '../identity.ts'
import type { ClusterState } from '../provider.ts'
import { callRefused, clusterConflict, clusterGone, operationFailed, providerUnreachable } from '../provider-error.ts'
import { marksOf, ownershipOf } from '../tags.ts'
import { type ClusterName, type ClusterRecord, externalIDOf, TYPE } from './record.ts'

/** The record, if it is of this incarnation, carries this owner tag and, where one is given, this identity. */
export function oursOf(
  record: ClusterRecord | undefined,
  cluster: Pick<ClusterName, 'externalName'> & Partial<ClusterName>,
  ownerTag: string,
  identity?: ClusterIdentity,
): ClusterRecord {
  if (record === undefined || (cluster.uid !== undefined && record.uid !== cluster.uid)) {
    throw clusterGone(externalIDOf({ uid: '', ...cluster }))
  }
  const marks = marksOf(record.tags)
  const ownership = ownershipOf(marks, ownerTag)
  if (ownership === 'untagged') throw clusterConflict(cluster, 'it carries no owner tag')
  if (ownership === 'other') throw clusterConflict(cluster, `it belongs to the owner ${marks.ownerTag}`)
  if (identity && marks.identity && formatIdentity(identity) !== formatIdentity(marks.identity)) {
    throw clusterConflict(cluster, `it is the cluster of ${formatIdentity(marks.identity)}`)
  }
  return record
}

/** The record, if it is in one of the states that a call can work with. */
export function inState(
  record: ClusterRecord,
  { externalName }: Pick<ClusterName, 'externalName'>,
  call: string,
  states: readonly ClusterState[],
): ClusterRecord {
  const { state, message, logTail } = record
  if (states.includes(state)) return record
  if (state === 'unreachable') throw providerUnreachable(TYPE, `cluster ${externalName} cannot be looked into`)
  if (state === 'failed') throw operationFailed(`cluster ${externalName} has failed: ${message}`, logTail)
  throw callRefused(`${call} cannot be done with cluster ${externalName}: it is ${state}`)
}
