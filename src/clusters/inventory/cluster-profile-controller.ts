/** A ClusterProfile for each Cluster of a control center, whatever made or adopted it, and whoever looks after it. */
import type { Client } from '../../client/index.ts'
import {
  apply,
  type ControllerDefinition,
  find,
  findCondition,
  formatTime,
  orGone,
  ownerReference,
  patchStatus,
  type ReconcileContext,
  type Request,
  type Result,
  setCondition,
  startController,
  watching,
} from '../../controller/index.ts'
import { type Condition, KeelsonError, type KubeObject } from '../../machinery/index.ts'
import { CLUSTERS, type Cluster, NAME_LABEL } from '../cluster-api/cluster.ts'
import { findReferred } from '../cluster-api/contract.ts'
import { SECRETS } from '../cluster-api/kubeconfig-secret.ts'
import { connectToCluster, isRefusal } from '../cluster-api/remote-cluster.ts'
import type { Allows } from '../existing/connection.ts'
import {
  type AccessProvider,
  CLUSTER_PROFILES,
  type ClusterProfile,
  type ClusterProfileStatus,
  MANAGER,
  MANAGER_LABEL,
  PROFILE_API_VERSION,
  type ProfileProperty,
} from './cluster-profile.ts'
import { accessOf, lookAtCluster } from './look-at-cluster.ts'

/** Milliseconds between two looks. What changes in a cluster, its version above all, is not told. */
const LOOK = { well: 5 * 60_000, trouble: 30_000 }

/** `allows`: which addresses Secrets of a control center may make this process connect to. */
export function clusterProfileController(allows: Allows): ControllerDefinition {
  const name = 'cluster-profile-controller'
  return {
    name,
    // It works in control centers, as their administrator.
    rules: [],
    start: (environment) =>
      startController({
        ...environment,
        name,
        sources: [
          watching(CLUSTERS),
          watching(CLUSTER_PROFILES),
          watching(SECRETS, { labelSelector: NAME_LABEL, map: ofKubeconfig }),
        ],
        reconcile: (request, context) => reconcile(request, allows, context),
      }),
  }
}

function ofKubeconfig({ metadata: { namespace = '', name, labels } }: KubeObject): Request[] {
  const cluster = labels?.[NAME_LABEL] ?? ''
  return name === `${cluster}-kubeconfig` ? [{ cluster: '', namespace, name: cluster }] : []
}

async function reconcile({ namespace, name }: Request, allows: Allows, context: ReconcileContext): Promise<Result> {
  const { client, now } = context
  const cluster = await find(client, CLUSTERS, name, { namespace })
  const present = await find(client, CLUSTER_PROFILES, name, { namespace })
  if (present !== undefined && present.spec.clusterManager.name !== MANAGER) return undefined
  if (cluster === undefined || cluster.metadata.deletionTimestamp !== undefined) {
    const preconditions = { uid: present?.metadata.uid ?? '' }
    if (present !== undefined) await orGone(client.delete(CLUSTER_PROFILES, name, { namespace, preconditions }))
    return undefined
  }
  const { object } = await apply(client, CLUSTER_PROFILES, profileOf(cluster))
  const seen = await look(cluster, allows, context)
  await patchStatus(client, CLUSTER_PROFILES, object, statusOf(object, seen, now()))
  return { requeueAfter: seen.health.status === 'False' ? LOOK.trouble : LOOK.well }
}

function profileOf(cluster: Cluster): ClusterProfile {
  const { name = '', namespace = '' } = cluster.metadata
  return {
    apiVersion: PROFILE_API_VERSION,
    kind: 'ClusterProfile',
    metadata: {
      name,
      namespace,
      labels: { [MANAGER_LABEL]: MANAGER },
      ownerReferences: [ownerReference(cluster)],
    },
    spec: { displayName: name, clusterManager: { name: MANAGER } },
  }
}

type Health = Pick<Condition, 'status' | 'reason' | 'message'>

interface Seen {
  readonly health: Health
  readonly version?: string
  readonly properties?: readonly ProfileProperty[]
  readonly access?: AccessProvider
}

async function look(cluster: Cluster, allows: Allows, { client, signal }: ReconcileContext): Promise<Seen> {
  const { name = '', namespace = '' } = cluster.metadata
  try {
    using remote = await connectToCluster(client, cluster, allows)
    if (remote === undefined) return fromOutside(client, cluster)
    const { version, properties } = await lookAtCluster(remote, signal)
    const health: Health = { status: 'True', reason: 'ClusterReachable', message: '' }
    return { health, version, properties, access: accessOf(name, namespace, remote) }
  } catch (error) {
    signal.throwIfAborted()
    if (isRefusal(error)) return fromOutside(client, cluster)
    const message =
      error instanceof KeelsonError ? error.message : 'the API server refuses the credential of the kubeconfig'
    return { health: { status: 'False', reason: 'ClusterUnreachable', message } }
  }
}

/** Where this process may not go itself: what the control plane's own provider says. */
async function fromOutside(client: Client, { metadata, spec = {}, status = {} }: Cluster): Promise<Seen> {
  const told = findCondition(status.conditions ?? [], 'ControlPlaneAvailable')
  const health: Health =
    told === undefined
      ? { status: 'Unknown', reason: 'NotObserved', message: 'there is no kubeconfig yet' }
      : { status: told.status, reason: told.reason, message: told.message }
  const { controlPlaneRef } = spec
  const looked =
    controlPlaneRef === undefined ? undefined : await findReferred(client, controlPlaneRef, metadata.namespace ?? '')
  const { version } = (looked?.object?.status ?? {}) as { version?: string }
  return { health, ...(version !== undefined && { version }) }
}

/** What could not be seen now stays as it was seen last: its time says when. */
function statusOf(
  { metadata, status = {} }: ClusterProfile,
  { health, version, properties, access }: Seen,
  now: number,
): ClusterProfileStatus {
  const observedGeneration = metadata.generation ?? 0
  const condition = { type: 'ControlPlaneHealthy', ...health, observedGeneration }
  const observed = properties?.map((each): ProfileProperty => {
    const before = status.properties?.find((other) => other.name === each.name && other.value === each.value)
    return before ?? { ...each, lastObservedTime: formatTime(now) }
  })
  return {
    ...status,
    conditions: setCondition<Condition>(status.conditions ?? [], condition, now),
    ...(version !== undefined && { version: { kubernetes: version } }),
    ...(observed !== undefined && { properties: observed }),
    ...(access !== undefined && { accessProviders: [access] }),
  }
}
