/** A Workspace tells what its LogicalCluster tells, from the same commit on: phase, initializers, conditions. */
import { isDeepStrictEqual } from 'node:util'
import { formatApiVersion, type KubeObject } from '../machinery/index.ts'
import { type CommitPart, encodeRow, type OperationContext, objectKey } from '../server/index.ts'
import { logicalClusterSpec } from './api/logical-cluster.ts'
import { labelPhase, type TenancyStatus, tenancyStatus, withCondition } from './api/phase.ts'
import { WORKSPACE } from './api/workspace.ts'

const NOTHING: CommitPart = { operations: [], preconditions: [] }

export async function workspaceFollows(
  logicalCluster: KubeObject,
  { services }: OperationContext,
): Promise<CommitPart> {
  const { owner } = logicalClusterSpec(logicalCluster)
  if (owner?.cluster === undefined || owner.name === undefined) return NOTHING
  if (owner.apiVersion !== formatApiVersion(WORKSPACE) || owner.resource !== WORKSPACE.plural) return NOTHING
  const definitions = await services.definitionsOf(owner.cluster)
  const definition = definitions.find(WORKSPACE.group, WORKSPACE.version, WORKSPACE.plural)
  const workspace = definition && (await services.read(definition, owner.cluster, '', owner.name))
  if (definition === undefined || workspace === undefined || workspace.metadata.uid !== owner.uid) return NOTHING
  // On its way out it follows by its controller.
  if (workspace.metadata.deletionTimestamp !== undefined) return NOTHING
  const told = structuredClone(workspace)
  told.status = follow(tenancyStatus(workspace), tenancyStatus(logicalCluster))
  labelPhase(told)
  if (isDeepStrictEqual(told, workspace)) return NOTHING
  const key = objectKey(definition, owner.cluster, '', owner.name)
  return {
    operations: [{ type: 'put', key, value: encodeRow(definition, told) }],
    preconditions: [{ type: 'version', key, version: Number(workspace.metadata.resourceVersion) }],
  }
}

function follow(status: TenancyStatus, leader: TenancyStatus): TenancyStatus {
  const { initializers: _initializers, terminators: _terminators, ...own } = status
  const conditions = (leader.conditions ?? []).reduce(withCondition, own.conditions ?? [])
  return {
    ...own,
    ...(leader.phase !== undefined && { phase: leader.phase }),
    ...(leader.initializers !== undefined && { initializers: leader.initializers }),
    ...(leader.terminators !== undefined && { terminators: leader.terminators }),
    conditions,
  }
}
