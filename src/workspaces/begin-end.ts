/**
 * A Workspace ends as a whole: its logical cluster begins to in the commit after which nobody but the system holds the
 * Workspace, as if somebody deleted both at once, and takes it along in its last. What cannot be done so (somebody depends on the
 * Workspace, or wrote it meanwhile) is left to the controllers of the lifecycle room, which are kcp's.
 */
import type { KubeObject } from '../machinery/index.ts'
import {
  type CommitPart,
  deletionKey,
  deletionRow,
  encodeRow,
  epochKey,
  LOGICAL_CLUSTER_NAME,
  type OperationContext,
  objectKey,
  ownerIndexPrefix,
  type ResourceDefinition,
  TERMINATING,
} from '../server/index.ts'
import { WORKSPACE_FINALIZER } from './api/groups.ts'
import { logicalClusterSpec } from './api/logical-cluster.ts'
import { setPhase } from './api/phase.ts'
import { WORKSPACE, workspaceSpec } from './api/workspace.ts'

const NOTHING: CommitPart = { operations: [], preconditions: [] }

/** @param definition of LogicalClusters */
export async function beginWorkspaceEnd(
  workspace: KubeObject,
  { services }: OperationContext,
  definition: ResourceDefinition,
): Promise<CommitPart> {
  const { cluster } = workspaceSpec(workspace)
  if (cluster === undefined || !isHeldBySystemAlone(workspace)) return NOTHING
  const record = await services.logicalClusterOf(cluster)
  if (record === undefined || record.deleting) return NOTHING
  if (logicalClusterSpec(record.object).owner?.uid !== workspace.metadata.uid) return NOTHING
  return beginClusterEnd(cluster, workspace, record, definition)
}

function isHeldBySystemAlone({ metadata }: KubeObject): boolean {
  const { deletionTimestamp, finalizers = [] } = metadata
  return deletionTimestamp !== undefined && finalizers.length === 1 && finalizers[0] === WORKSPACE_FINALIZER
}

/** As if somebody deleted the LogicalCluster in the moment in which its owner is deleted; the lifecycle room empties it. */
export function beginClusterEnd(
  cluster: string,
  owner: KubeObject,
  { object, version }: { readonly object: KubeObject; readonly version: number },
  definition: ResourceDefinition,
): CommitPart {
  const key = objectKey(definition, cluster, '', LOGICAL_CLUSTER_NAME)
  const ending = structuredClone(object)
  Object.assign(ending.metadata, {
    deletionTimestamp: owner.metadata.deletionTimestamp,
    deletionGracePeriodSeconds: 0,
  })
  setPhase(ending, 'Deleting')
  return {
    operations: [
      { type: 'put', key, value: encodeRow(definition, ending) },
      { type: 'put', key: epochKey(cluster), value: Buffer.from(TERMINATING) },
      { type: 'put', key: deletionKey(cluster, key), value: deletionRow(definition, ending) },
    ],
    preconditions: [{ type: 'version', key, version }],
  }
}

/** What goes in the commit that takes the last of a logical cluster: the Workspace that it is of. */
export async function workspaceRemains(
  logicalCluster: KubeObject,
  { services }: OperationContext,
): Promise<CommitPart> {
  const { owner } = logicalClusterSpec(logicalCluster)
  if (owner?.cluster === undefined || owner.name === undefined || owner.resource !== WORKSPACE.plural) return NOTHING
  const { cluster, name } = owner
  const definition = (await services.definitionsOf(cluster)).find(WORKSPACE.group, WORKSPACE.version, WORKSPACE.plural)
  const workspace = definition && (await services.read(definition, cluster, '', name))
  if (definition === undefined || workspace === undefined || workspace.metadata.uid !== owner.uid) return NOTHING
  const { uid = '', ownerReferences = [], resourceVersion } = workspace.metadata
  if (!isHeldBySystemAlone(workspace) || ownerReferences.length > 0) return NOTHING
  const dependents = ownerIndexPrefix(cluster, uid)
  if ((await services.store.occupied([dependents])).length > 0) return NOTHING
  const key = objectKey(definition, cluster, '', name)
  return {
    operations: [
      { type: 'delete', key },
      { type: 'delete', key: deletionKey(cluster, key) },
    ],
    preconditions: [
      { type: 'version', key, version: Number(resourceVersion) },
      { type: 'noneUnder', prefix: dependents },
    ],
  }
}
