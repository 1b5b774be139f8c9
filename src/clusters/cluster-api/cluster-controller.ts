/**
 * Cluster API's core for whole clusters (internal/controllers/cluster): it waits for the infrastructure and the control plane
 * that a Cluster names, says what has become of them, and ends them in order. Whatever a Cluster depends on is watched.
 */
import type { Client } from '../../client/index.ts'
import {
  addFinalizer,
  type ControllerDefinition,
  type EventRecorder,
  eventRecorder,
  find,
  hasFinalizer,
  orGone,
  patchStatus,
  type ReconcileContext,
  type Request,
  type Result,
  removeFinalizer,
  startController,
  watching,
} from '../../controller/index.ts'
import type { KubeObject } from '../../machinery/index.ts'
import type { Allows } from '../existing/connection.ts'
import {
  CLUSTERS,
  type Cluster,
  type ClusterStatus,
  DESCENDANTS,
  type Endpoint,
  FINALIZER,
  isValid,
  NAME_LABEL,
  type Reference,
} from './cluster.ts'
import { pausedStatus, statusOf } from './cluster-status.ts'
import { type Deleting, type Found, pausedCondition } from './conditions.ts'
import { claim, findReferred, groupOf, isProvisioned, type Referred } from './contract.ts'
import { type Definitions, definitionsOf } from './definitions.ts'
import { type Descendants, descendantsOf, endDescendants } from './descendants.ts'
import { keepKubeconfig, SECRETS } from './kubeconfig-secret.ts'
import { type ReferredObjects, referredObjects } from './referred-objects.ts'
import { probeCluster } from './remote-cluster.ts'

/** Milliseconds between two looks at whether a cluster answers; what else there is to know is watched. */
const PROBE = { well: 60_000, trouble: 10_000 }

interface Means {
  readonly allows: Allows
  readonly recorder: EventRecorder
  readonly referred: ReferredObjects
  readonly definitions: Definitions
}

/** `allows`: which addresses Secrets of a control center may make this process connect to. */
export function clusterController(allows: Allows): ControllerDefinition {
  return {
    name: 'cluster-api-cluster-controller',
    // It works in control centers, as their administrator.
    rules: [],
    start({ client, clock, log, signal }) {
      const recorder = eventRecorder({ component: 'cluster-controller', now: clock.now, log })
      const referred = referredObjects()
      const definitions = definitionsOf(CLUSTERS)
      const means = { allows, recorder, referred, definitions }
      return startController({
        name: 'cluster-api-cluster-controller',
        client,
        clock,
        log,
        signal,
        sources: [
          definitions.source,
          watching(CLUSTERS),
          ...DESCENDANTS.map(({ resource }) => watching(resource, { labelSelector: NAME_LABEL, map: ofCluster })),
          watching(SECRETS, { labelSelector: NAME_LABEL, map: ofCluster }),
          ...referred.sources,
        ],
        reconcile: (request, context) => reconcile(request, means, context),
      })
    },
  }
}

function ofCluster({ metadata: { namespace = '', labels } }: KubeObject): Request[] {
  const name = labels?.[NAME_LABEL]
  return name === undefined ? [] : [{ cluster: '', namespace, name }]
}

async function reconcile(request: Request, means: Means, context: ReconcileContext): Promise<Result> {
  const { namespace, name } = request
  const { client } = context
  if (!means.definitions.areOurs()) return undefined
  const read = await find(client, CLUSTERS, name, { namespace })
  const { infrastructureRef, controlPlaneRef } = read?.spec ?? {}
  means.referred.named(
    request,
    [infrastructureRef, controlPlaneRef].filter((each) => each !== undefined),
  )
  if (read === undefined) return undefined
  const isDeleting = read.metadata.deletionTimestamp !== undefined
  if (isDeleting && !hasFinalizer(read, FINALIZER)) return undefined
  const whole = isDeleting ? read : await addFinalizer(client, CLUSTERS, read, FINALIZER)
  if (pausedCondition(read).status === 'True') {
    await patchStatus(client, CLUSTERS, whole, pausedStatus(whole, context.now()))
    return undefined
  }
  const cluster = await normalized(client, whole)
  const [found, descendants] = await Promise.all([
    findBoth(client, cluster, means.referred),
    descendantsOf(client, cluster),
  ])
  return isDeleting
    ? end(cluster, { found, descendants }, means, context)
    : keep(cluster, { found, descendants }, means, context)
}

interface World {
  readonly found: Found
  readonly descendants: Descendants
}

async function keep(
  cluster: Cluster,
  { found, descendants }: World,
  { allows, recorder }: Means,
  { client, now, signal }: ReconcileContext,
): Promise<Result> {
  // One object may be both.
  const named = new Map(Object.values(found).map((each: Referred) => [each.object.metadata.uid, each]))
  for (const referred of named.values()) await claim(client, referred, cluster)
  const current = await withEndpoint(client, cluster, found)
  const renewal = await keepKubeconfig(client, current, now())
  const probe = await probeCluster(client, current, allows, signal)
  const status = statusOf(current, { found, descendants, probe, deleting: undefined }, now())
  await patchStatus(client, CLUSTERS, current, status)
  await tell(recorder, client, current, status)
  const next = probe.answer === 'unknown' ? undefined : probe.answer === 'yes' ? PROBE.well : PROBE.trouble
  const after = Math.min(renewal ?? Number.POSITIVE_INFINITY, next ?? Number.POSITIVE_INFINITY, LONGEST)
  return after === LONGEST && renewal === undefined ? undefined : { requeueAfter: after }
}

/** Timers of Node hold no more; a renewal that is further away is asked for again. */
const LONGEST = 2 ** 31 - 1

async function end(
  cluster: Cluster,
  { found, descendants }: World,
  { recorder }: Means,
  { client, now }: ReconcileContext,
): Promise<Result> {
  const deleting = await endInOrder(client, cluster, found, descendants)
  const status = statusOf(cluster, { found, descendants, probe: { answer: 'unknown' }, deleting }, now())
  if (deleting !== undefined) {
    await patchStatus(client, CLUSTERS, cluster, status)
    await tell(recorder, client, cluster, status)
    return undefined
  }
  await removeFinalizer(client, CLUSTERS, cluster, FINALIZER)
  const { name } = cluster.metadata
  await recorder.event(client, cluster, {
    type: 'Normal',
    reason: 'Deleted',
    message: `Cluster ${name} has been deleted`,
  })
  return undefined
}

async function findBoth(client: Client, { metadata, spec = {} }: Cluster, referred: ReferredObjects): Promise<Found> {
  const { namespace = '' } = metadata
  const { infrastructureRef, controlPlaneRef } = spec
  const look = async (reference: Reference | undefined): Promise<Referred | undefined> => {
    const looked = reference === undefined ? undefined : await findReferred(client, reference, namespace)
    if (looked === undefined) return undefined
    referred.found(looked.resource)
    const { object, contract, resource } = looked
    return object === undefined ? undefined : { object, contract, resource }
  }
  const [infrastructure, controlPlane] = await Promise.all([look(infrastructureRef), look(controlPlaneRef)])
  return {
    ...(infrastructure !== undefined && { infrastructure }),
    ...(controlPlane !== undefined && { controlPlane }),
  }
}

/** What was written as v1beta1 says apiVersion alone; readers of v1beta2 want the group. */
async function normalized(client: Client, cluster: Cluster): Promise<Cluster> {
  const { metadata, spec = {} } = cluster
  const missing = (['infrastructureRef', 'controlPlaneRef'] as const).flatMap((field) => {
    const reference = spec[field]
    if (reference === undefined || reference.apiGroup !== undefined) return []
    return [[field, { apiGroup: groupOf(reference) }] as const]
  })
  if (missing.length === 0) return cluster
  const { name = '', namespace = '', resourceVersion } = metadata
  const patch = { metadata: { resourceVersion }, spec: Object.fromEntries(missing) }
  return client.patch(CLUSTERS, name, 'merge', patch, { namespace })
}

/** The first endpoint that one of them knows is the Cluster's, for ever. */
async function withEndpoint(
  client: Client,
  cluster: Cluster,
  { infrastructure, controlPlane }: Found,
): Promise<Cluster> {
  if (isValid(cluster.spec?.controlPlaneEndpoint)) return cluster
  const known: (Endpoint | undefined)[] = [
    infrastructure !== undefined && isProvisioned(infrastructure) ? endpointOf(infrastructure) : undefined,
    controlPlane === undefined ? undefined : endpointOf(controlPlane),
  ]
  const endpoint = known.find((each) => isValid(each))
  if (endpoint === undefined) return cluster
  const { name = '', namespace = '', resourceVersion } = cluster.metadata
  const { host = '', port = 0 } = endpoint
  const patch = { metadata: { resourceVersion }, spec: { controlPlaneEndpoint: { host, port } } }
  return client.patch(CLUSTERS, name, 'merge', patch, { namespace })
}

function endpointOf({ object }: Referred): Endpoint | undefined {
  return object.spec?.controlPlaneEndpoint
}

/** Machines first, then the control plane, then what it stands on. Undefined: nothing is left. */
async function endInOrder(
  client: Client,
  cluster: Cluster,
  found: Found,
  descendants: Descendants,
): Promise<Deleting | undefined> {
  const { metadata, spec = {} } = cluster
  const { namespace = '' } = metadata
  const left = await endDescendants(client, cluster, descendants)
  if (left.length > 0) {
    return { reason: 'WaitingForWorkersDeletion', message: left.map((each) => `* ${each}`).join('\n') }
  }
  for (const [referred, reference, reason] of [
    [found.controlPlane, spec.controlPlaneRef, 'WaitingForControlPlaneDeletion'],
    [found.infrastructure, spec.infrastructureRef, 'WaitingForInfrastructureDeletion'],
  ] as const) {
    if (referred === undefined) continue
    const { object, resource } = referred
    if (object.metadata.deletionTimestamp === undefined) {
      const preconditions = { uid: object.metadata.uid ?? '' }
      await orGone(client.delete(resource, object.metadata.name ?? '', { namespace, preconditions }))
    }
    return { reason, message: `Waiting for ${reference?.kind} to be deleted` }
  }
  return undefined
}

/** Each step once, in upstream's words. */
async function tell(recorder: EventRecorder, client: Client, cluster: Cluster, after: ClusterStatus): Promise<void> {
  const { name = '' } = cluster.metadata
  const before = cluster.status ?? {}
  const normal = (reason: string, message: string) =>
    recorder.event(client, cluster, { type: 'Normal', reason, message })
  const steps = [
    ['infrastructureProvisioned', 'InfrastructureReady', 'InfrastructureProvisioned'],
    ['controlPlaneInitialized', 'ControlPlaneInitialized', 'ControlPlaneInitialized'],
  ] as const
  for (const [field, reason, what] of steps) {
    if (after.initialization?.[field] !== true || before.initialization?.[field] === true) continue
    await normal(reason, `Cluster ${name} ${what} is now True`)
  }
  if (after.phase !== undefined && after.phase !== before.phase)
    await normal(after.phase, `Cluster ${name} is ${after.phase}`)
}
