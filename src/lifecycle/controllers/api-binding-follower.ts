/**
 * Bindings follow their exports, and what stood in their way; workspaces have the bindings of their types. What is bound is served by the export as it is now; only what
 * a binding says of itself, and resources that it does not have yet, wait for this. A write that changes nothing makes the
 * server look at a binding anew, so that is all that is done here.
 */
import { type Client, type ResourceRef, resourceRef } from '../../client/index.ts'
import {
  type ControllerDefinition,
  clusterOf,
  find,
  orGone,
  type ReconcileContext,
  type Request,
  type Result,
  startController,
  watching,
} from '../../controller/index.ts'
import type { KubeList, KubeObject } from '../../machinery/index.ts'
import { inParallel } from '../in-parallel.ts'
import { lookAgain } from '../waiting.ts'
import { API_BINDINGS, LOGICAL_CLUSTERS, type LogicalCluster } from './tenancy.ts'

/** What the server has noted in the commit of a change; named by what has changed. */
interface FollowUp extends KubeObject {
  /**
   * Bindings of all logical clusters by their labels; one of this logical cluster by name; an export that has no identity;
   * LogicalClusters by a label; this one's.
   */
  spec: { selector?: string; binding?: string; export?: string; workspaces?: string; workspace?: string }
}

interface APIExport extends KubeObject {
  status?: { identityHash?: string }
}

const FOLLOW_UPS = resourceRef<FollowUp>('lifecycle.keelson.dev/v1alpha1', 'followups', { namespaced: false })
const API_EXPORTS = resourceRef<APIExport>('apis.kcp.io/v1alpha2', 'apiexports', { namespaced: false })
const OBJECTS_AT_A_TIME = 16

export const apiBindingFollower: ControllerDefinition = {
  name: 'apibinding-follower',
  rules: [
    { apiGroups: ['lifecycle.keelson.dev'], resources: ['followups'], verbs: ['get', 'list', 'watch', 'delete'] },
    { apiGroups: ['apis.kcp.io'], resources: ['apibindings'], verbs: ['list', 'patch'] },
    { apiGroups: ['apis.kcp.io'], resources: ['apiexports'], verbs: ['patch'] },
    { apiGroups: ['core.kcp.io'], resources: ['logicalclusters'], verbs: ['list', 'patch'] },
  ],
  start({ client, clock, log, signal }) {
    return startController({
      name: apiBindingFollower.name,
      client,
      clock,
      log,
      signal,
      sources: [
        watching(FOLLOW_UPS, { map: (followUp, change) => (change === 'changed' ? [requestOf(followUp)] : []) }),
      ],
      reconcile,
    })
  },
}

function requestOf(followUp: FollowUp): Request {
  return { cluster: clusterOf(followUp), namespace: '', name: followUp.metadata.name ?? '' }
}

async function reconcile({ name }: Request, { client, signal, now }: ReconcileContext): Promise<Result> {
  const followUp = await find(client, FOLLOW_UPS, name)
  if (followUp === undefined) return undefined
  const { selector, binding, export: waiting, workspaces, workspace } = followUp.spec
  if (binding !== undefined) await touch(client, API_BINDINGS, binding)
  if (selector !== undefined) await touchAll(client.inCluster('*'), API_BINDINGS, selector, signal)
  if (workspaces !== undefined) await touchAll(client.inCluster('*'), LOGICAL_CLUSTERS, workspaces, signal)
  if (workspace !== undefined) {
    const found = await touch(client, LOGICAL_CLUSTERS, workspace)
    if (found !== undefined && isWaiting(found)) return lookAgain(found.metadata.creationTimestamp ?? undefined, now())
  }
  if (waiting !== undefined) {
    const found = await orGone(client.patch(API_EXPORTS, waiting, 'merge', {}))
    if (found !== undefined && found.status?.identityHash === undefined)
      return lookAgain(found.metadata.creationTimestamp ?? undefined, now())
  }
  // One that has been noted again meanwhile stays, and brings this here again.
  const { resourceVersion = '' } = followUp.metadata
  await orGone(client.delete(FOLLOW_UPS, name, { preconditions: { resourceVersion } }))
  return undefined
}

/** Its types bind what is not there yet, or cannot be bound. */
function isWaiting({ status }: LogicalCluster): boolean {
  return (
    status?.conditions?.some(
      (condition) =>
        (condition.type === 'APIBindingsInitialized' || condition.type === 'APIBindingsReconciled') &&
        condition.status === 'False',
    ) ?? false
  )
}

async function touchAll(
  everywhere: Client,
  resource: ResourceRef,
  labelSelector: string,
  signal: AbortSignal,
): Promise<void> {
  let next: string | undefined = ''
  while (next !== undefined && !signal.aborted) {
    const page: KubeList = await everywhere.listPage(resource, { labelSelector, limit: 500, continue: next, signal })
    await inParallel(page.items, OBJECTS_AT_A_TIME, async (found) => {
      await touch(everywhere.inCluster(clusterOf(found)), resource, found.metadata.name ?? '')
    })
    next = page.metadata.continue === '' ? undefined : page.metadata.continue
  }
}

function touch<T extends KubeObject>(client: Client, resource: ResourceRef<T>, name: string): Promise<T | undefined> {
  return orGone(client.patch(resource, name, 'merge', {}))
}
