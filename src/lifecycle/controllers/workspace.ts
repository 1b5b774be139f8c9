/** A workspace that is deleted takes its logical cluster with it: kcp's workspace deletion reconciler. */
import type { Client } from '../../client/index.ts'
import {
  type ControllerDefinition,
  clusterOf,
  find,
  findCondition,
  hasFinalizer,
  orGone,
  patchStatus,
  type ReconcileContext,
  type Request,
  type RequestMap,
  type Result,
  removeFinalizer,
  startController,
} from '../../controller/index.ts'
import { deletions } from '../deletions.ts'
import { isDeleting, isOf, type ObjectReference } from '../object-reference.ts'
import { GATHER, lookAgain } from '../waiting.ts'
import {
  CLUSTER_OF_WORKSPACE,
  CONTENT_DELETED,
  LOGICAL_CLUSTER,
  LOGICAL_CLUSTER_FINALIZER,
  LOGICAL_CLUSTERS,
  type LogicalCluster,
  WORKSPACES,
  type Workspace,
} from './tenancy.ts'

/**
 * The server itself begins the end of the logical cluster with that of its workspace, and takes the workspace with the last of
 * it. So most are gone before they are looked at; the others wait for something that takes longer than this, and than those
 * take that are ending with it (milliseconds each).
 */
const SETTLE = 1_000
const SETTLE_EACH = 5
const LONGEST_SETTLE = 60_000

export const workspaceDeletionController: ControllerDefinition = {
  name: 'workspace-deletion',
  // Nobody else may delete a LogicalCluster that is not directly deletable.
  groups: ['system:kcp:logical-cluster-admin'],
  rules: [
    { apiGroups: ['lifecycle.keelson.dev'], resources: ['deletions'], verbs: ['list', 'watch'] },
    { apiGroups: ['tenancy.kcp.io'], resources: ['workspaces', 'workspaces/status'], verbs: ['get', 'patch'] },
    { apiGroups: ['core.kcp.io'], resources: ['logicalclusters'], verbs: ['get', 'delete'] },
  ],
  start(environment) {
    const { client, clock, log, signal } = environment
    /** By the logical cluster they wait for: the workspaces that it belongs to. */
    const waiting = new Map<string, Request>()
    /** The workspaces that are being deleted and still there. */
    const ending = new Set<string>()

    const map: RequestMap<ObjectReference> = (deletion, change) => {
      if (isOf(deletion, WORKSPACES)) {
        const request = { cluster: clusterOf(deletion), namespace: '', name: deletion.metadata.name ?? '' }
        if (change === 'deleted') ending.delete(keyOf(request))
        if (change !== 'changed' || !hasFinalizer(deletion, LOGICAL_CLUSTER_FINALIZER)) return []
        ending.add(keyOf(request))
        return [{ ...request, after: Math.min(SETTLE + ending.size * SETTLE_EACH, LONGEST_SETTLE) }]
      }
      if (!isOf(deletion, LOGICAL_CLUSTERS)) return []
      const request = waiting.get(clusterOf(deletion))
      if (request === undefined) return []
      // Most are gone before there is anything to tell of them.
      if (change === 'changed') return [{ ...request, after: GATHER }]
      waiting.delete(clusterOf(deletion))
      return [request]
    }

    return startController({
      name: workspaceDeletionController.name,
      client,
      clock,
      log,
      signal,
      // What a tenant's own request waits behind: housekeeping has time.
      concurrency: 8,
      sources: [deletions(environment, map)],
      reconcile: async (request, context) =>
        ending.has(keyOf(request)) ? reconcile(request, context, waiting) : undefined,
    })
  },
}

function keyOf({ cluster, name }: Request): string {
  return `${cluster}\n${name}`
}

async function reconcile(
  request: Request,
  { client, now }: ReconcileContext,
  waiting: Map<string, Request>,
): Promise<Result> {
  const workspace = await find(client, WORKSPACES, request.name)
  if (workspace === undefined || !isDeleting(workspace) || !hasFinalizer(workspace, LOGICAL_CLUSTER_FINALIZER)) {
    return undefined
  }
  // Others clean up first, while the workspace can still be used.
  if (workspace.metadata.finalizers?.length !== 1) return undefined

  const cluster = workspace.spec?.cluster ?? workspace.metadata.annotations?.[CLUSTER_OF_WORKSPACE]
  if (cluster !== undefined) {
    // Before looking, so that the end of the logical cluster is not missed in between.
    waiting.set(cluster, request)
    const logicalCluster = await deleteLogicalCluster(client.inCluster(cluster), workspace)
    if (logicalCluster !== undefined) {
      if (logicalCluster !== 'asked') await orGone(mirror(client, workspace, logicalCluster))
      return lookAgain(workspace.metadata.deletionTimestamp, now())
    }
    waiting.delete(cluster)
  }
  await removeFinalizer(client, WORKSPACES, workspace, LOGICAL_CLUSTER_FINALIZER)
  return undefined
}

/** `asked`: it has begun to go. Undefined when it is gone, or belongs to another workspace. */
async function deleteLogicalCluster(
  client: Client,
  workspace: Workspace,
): Promise<LogicalCluster | 'asked' | undefined> {
  const logicalCluster = await find(client, LOGICAL_CLUSTERS, LOGICAL_CLUSTER)
  const owner = logicalCluster?.spec?.owner?.uid
  if (logicalCluster === undefined || (owner !== undefined && owner !== workspace.metadata.uid)) return undefined
  if (isDeleting(logicalCluster)) return logicalCluster
  const { uid = '' } = logicalCluster.metadata
  await orGone(client.delete(LOGICAL_CLUSTERS, LOGICAL_CLUSTER, { preconditions: { uid } }))
  return 'asked'
}

/** The workspace tells what its logical cluster waits for. */
function mirror(client: Client, workspace: Workspace, { status }: LogicalCluster): Promise<Workspace> {
  const condition = findCondition(status?.conditions ?? [], CONTENT_DELETED)
  const others = workspace.status?.conditions?.filter(({ type }) => type !== CONTENT_DELETED) ?? []
  return patchStatus(client, WORKSPACES, workspace, {
    ...workspace.status,
    ...(status?.phase === undefined ? {} : { phase: status.phase }),
    ...(status?.terminators === undefined ? {} : { terminators: status.terminators }),
    ...(condition === undefined ? {} : { conditions: [...others, condition] }),
  })
}
