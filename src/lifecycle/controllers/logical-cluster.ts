/**
 * Empties a logical cluster that is being deleted: child workspaces, and objects whose finalizers stand for something
 * outside. All other rows go at a stroke when the server takes the LogicalCluster itself away.
 */
import type { Client } from '../../client/index.ts'
import {
  type ControllerDefinition,
  find,
  hasFinalizer,
  messageOf,
  orGone,
  patchStatus,
  type ReconcileContext,
  type Request,
  type Result,
  removeFinalizer,
  setCondition,
  startController,
} from '../../controller/index.ts'
import type { KubeObject } from '../../machinery/index.ts'
import { endingContainers } from '../containers.ts'
import { deletions } from '../deletions.ts'
import { inParallel } from '../in-parallel.ts'
import { isDeleting, type ObjectReference, targetOf } from '../object-reference.ts'
import { pagesOf } from '../read.ts'
import { countRemaining, type Remaining } from '../remaining.ts'
import { lookAgain } from '../waiting.ts'
import { CLEANUP } from './custom-resource-definition.ts'
import { FOREGROUND, ORPHAN } from './dependent.ts'
import {
  CONTENT_DELETED,
  LOGICAL_CLUSTER,
  LOGICAL_CLUSTER_DELETION_FINALIZER,
  LOGICAL_CLUSTERS,
  type LogicalCluster,
} from './tenancy.ts'

const OBJECTS_AT_A_TIME = 16

/** Finalizers that stand only for other objects of the same logical cluster, which all go with it. */
const INTERNAL: ReadonlySet<string> = new Set([CLEANUP, FOREGROUND, ORPHAN])

/** Deleted last: until then they are what the owners of finalizers may and can reach their objects by. */
const LAST = { group: 'apis.kcp.io', resource: 'apibindings' }
/** Not waited for, as in kcp: whoever debugs a deletion that hangs needs them to the end. */
const NEVER = [
  { group: 'core.kcp.io', resource: 'logicalclusters' },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterrolebindings' },
]

export const logicalClusterDeletionController: ControllerDefinition = {
  name: 'logicalcluster-deletion',
  groups: ['system:kcp:logical-cluster-admin'],
  rules: [
    { apiGroups: ['lifecycle.keelson.dev'], resources: ['deletions'], verbs: ['list', 'watch'] },
    { apiGroups: ['lifecycle.keelson.dev'], resources: ['objects'], verbs: ['list'] },
    {
      apiGroups: ['core.kcp.io'],
      resources: ['logicalclusters', 'logicalclusters/status'],
      verbs: ['get', 'patch'],
    },
    { apiGroups: ['*'], resources: ['*'], verbs: ['delete'] },
  ],
  start(environment) {
    const { client, clock, log, signal } = environment
    return startController({
      name: logicalClusterDeletionController.name,
      client,
      clock,
      log,
      signal,
      // What a tenant's own request waits behind: housekeeping has time.
      concurrency: 8,
      sources: [
        deletions(
          environment,
          endingContainers(LOGICAL_CLUSTERS, () => LOGICAL_CLUSTER),
        ),
      ],
      reconcile,
    })
  },
}

async function reconcile(_request: Request, { client, signal, now }: ReconcileContext): Promise<Result> {
  const logicalCluster = await find(client, LOGICAL_CLUSTERS, LOGICAL_CLUSTER)
  if (logicalCluster === undefined || !isDeleting(logicalCluster)) return undefined
  if (!hasFinalizer(logicalCluster, LOGICAL_CLUSTER_DELETION_FINALIZER)) return undefined
  // Terminators have the workspace to themselves, whole, before anything in it is deleted.
  if ((logicalCluster.status?.terminators?.length ?? 0) > 0) return undefined

  let remaining: Remaining
  try {
    remaining = await deleteContent(client, signal)
  } catch (error) {
    const fault = { reason: 'ContentDeletionFailed', severity: 'Error', message: messageOf(error) } as const
    await setContentDeleted(client, logicalCluster, fault, now())
    throw error
  }
  if (remaining.total() > 0) {
    const message =
      `Some resources are remaining: ${remaining.byResource()}; ` +
      `Some content in the logical cluster has finalizers remaining: ${remaining.byFinalizer()}`
    const fault = { reason: 'SomeResourcesRemain', severity: 'Info', message } as const
    await setContentDeleted(client, logicalCluster, fault, now())
    return lookAgain(logicalCluster.metadata.deletionTimestamp, now())
  }
  await removeFinalizer(client, LOGICAL_CLUSTERS, logicalCluster, LOGICAL_CLUSTER_DELETION_FINALIZER)
  return undefined
}

async function setContentDeleted(
  client: Client,
  logicalCluster: LogicalCluster,
  fault: { reason: string; severity: 'Info' | 'Error'; message: string },
  now: number,
): Promise<void> {
  const { status = {} } = logicalCluster
  const condition = { type: CONTENT_DELETED, status: 'False', ...fault }
  const conditions = setCondition(status.conditions ?? [], condition, now)
  await orGone(patchStatus(client, LOGICAL_CLUSTERS, logicalCluster, { ...status, phase: 'Deleting', conditions }))
}

/** Deletes what has to be waited for, bindings after everything else, and counts what is left. */
async function deleteContent(client: Client, signal: AbortSignal): Promise<Remaining> {
  const remaining = countRemaining()
  const last: ObjectReference[] = []
  const work = async (object: ObjectReference) => {
    if (await deleteAndSee(client, object)) remaining.count(object)
  }
  for await (const page of pagesOf(client, { signal })) {
    const held = Map.groupBy(page.filter(isHeld), (object) => isOneOf(object, [LAST]))
    last.push(...(held.get(true) ?? []))
    await inParallel(held.get(false) ?? [], OBJECTS_AT_A_TIME, work)
  }
  if (remaining.total() === 0) await inParallel(last, OBJECTS_AT_A_TIME, work)
  return remaining
}

function isHeld(object: ObjectReference): boolean {
  return !isOneOf(object, NEVER) && (object.metadata.finalizers?.some((each) => !INTERNAL.has(each)) ?? false)
}

function isOneOf(object: ObjectReference, kinds: readonly { group: string; resource: string }[]): boolean {
  const { group, resource } = targetOf(object)
  return kinds.some((kind) => kind.group === group && kind.resource === resource)
}

/** Whether the object is still there, being deleted. */
async function deleteAndSee(client: Client, object: ObjectReference): Promise<boolean> {
  if (isDeleting(object)) return true
  const { name = '', namespace = '', uid = '' } = object.metadata
  const options = { namespace, propagationPolicy: 'Background', preconditions: { uid } } as const
  const answer: KubeObject | undefined = await orGone(client.delete(targetOf(object), name, options))
  return answer !== undefined && answer.kind !== 'Status'
}
