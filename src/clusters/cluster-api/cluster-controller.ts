/**
 * Cluster API's core for whole clusters (internal/controllers/cluster): it waits for the infrastructure and the control plane
 * that a Cluster names, says what has become of them, and ends them in order. A Cluster that names neither is published by
 * somebody who looks after it.
 */
import type { Client } from '../../client/index.ts'
import {
  addFinalizer,
  type ControllerDefinition,
  type EventRecorder,
  eventRecorder,
  find,
  hasFinalizer,
  isTrue,
  orGone,
  patchStatus,
  type ReconcileContext,
  type Request,
  type Result,
  removeFinalizer,
  setCondition,
  startController,
  watching,
} from '../../controller/index.ts'
import type { Condition } from '../../machinery/index.ts'
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
import {
  conditionsOf,
  type Deleting,
  type Found,
  isControlPlaneThere,
  pausedCondition,
  type Said,
} from './conditions.ts'
import { claim, findReferred, groupOf, isProvisioned, type Referred } from './contract.ts'

/** Milliseconds: while something is under way, while something is wrong, and at rest. */
const SOON = 2000
const TROUBLE = 10_000
const DRIFT = 60_000

export const clusterController: ControllerDefinition = {
  name: 'cluster-api-cluster-controller',
  // It works in control centers, as their administrator.
  rules: [],
  start({ client, clock, log, signal }) {
    const recorder = eventRecorder({ component: 'cluster-controller', now: clock.now, log })
    return startController({
      name: 'cluster-api-cluster-controller',
      client,
      clock,
      log,
      signal,
      sources: [watching(CLUSTERS)],
      reconcile: (request, context) => reconcile(request, recorder, context),
    })
  },
}

async function reconcile(
  { namespace, name }: Request,
  recorder: EventRecorder,
  context: ReconcileContext,
): Promise<Result> {
  const { client } = context
  const read = await find(client, CLUSTERS, name, { namespace })
  if (read?.spec?.infrastructureRef === undefined && read?.spec?.controlPlaneRef === undefined) return undefined
  const isDeleting = read.metadata.deletionTimestamp !== undefined
  if (isDeleting && !hasFinalizer(read, FINALIZER)) return undefined
  const paused = pausedCondition(read)
  if (paused.status === 'True') {
    await patchStatus(client, CLUSTERS, read, { ...read.status, conditions: setAll(read, [paused], context) })
    return undefined
  }
  const whole = isDeleting ? read : await addFinalizer(client, CLUSTERS, read, FINALIZER)
  const cluster = await normalized(client, whole)
  const found = await findBoth(client, cluster)
  if (!isDeleting) for (const referred of Object.values(found)) await claim(client, referred, cluster)
  const deleting = isDeleting ? await endInOrder(client, cluster, found) : undefined
  if (isDeleting && deleting === undefined) {
    await removeFinalizer(client, CLUSTERS, cluster, FINALIZER)
    return undefined
  }
  const current = isDeleting ? cluster : await withEndpoint(client, cluster, found)
  const status = statusOf(current, found, { deleting, paused, context })
  await patchStatus(client, CLUSTERS, current, status)
  await tell(recorder, client, current, status)
  return { requeueAfter: lookAgain(status) }
}

function lookAgain({ phase, initialization = {}, conditions = [] }: ClusterStatus): number {
  if (phase !== 'Provisioned' || initialization.controlPlaneInitialized !== true) return SOON
  return isTrue(conditions, 'Available') ? DRIFT : TROUBLE
}

async function findBoth(client: Client, { metadata, spec = {} }: Cluster): Promise<Found> {
  const { namespace = '' } = metadata
  const { infrastructureRef, controlPlaneRef } = spec
  const look = async (reference: Reference | undefined) =>
    reference === undefined ? undefined : findReferred(client, reference, namespace)
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
  { metadata, spec = {} }: Cluster,
  found: Found,
): Promise<Deleting | undefined> {
  const { name = '', namespace = '' } = metadata
  const left: string[] = []
  for (const resource of DESCENDANTS) {
    const selection = { namespace, labelSelector: `${NAME_LABEL}=${name}` }
    const present = (await orGone(client.list(resource, selection)))?.items ?? []
    for (const { kind, metadata: each } of present) {
      left.push(`* ${kind} ${each.name}`)
      if (each.deletionTimestamp === undefined) await orGone(client.delete(resource, each.name ?? '', { namespace }))
    }
  }
  if (left.length > 0) return { reason: 'WaitingForWorkersDeletion', message: left.join('\n') }
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

interface Surroundings {
  readonly deleting: Deleting | undefined
  readonly paused: Said
  readonly context: ReconcileContext
}

function statusOf(cluster: Cluster, found: Found, { deleting, paused, context }: Surroundings): ClusterStatus {
  const { metadata, spec = {}, status: before = {} } = cluster
  const { infrastructure } = found
  const { infrastructureProvisioned, controlPlaneInitialized } = before.initialization ?? {}
  const isDeleting = deleting !== undefined
  const provisioned =
    infrastructureProvisioned === true ||
    spec.infrastructureRef === undefined ||
    (infrastructure !== undefined && isProvisioned(infrastructure))
  const initialized = controlPlaneInitialized === true || isControlPlaneThere(cluster, found, provisioned)
  const said = [paused, ...conditionsOf(cluster, found, { isDeleting, provisioned, initialized }, deleting)]
  const failureDomains = infrastructure?.object.status?.failureDomains
  const isReached = provisioned && isValid(spec.controlPlaneEndpoint)
  return {
    ...before,
    phase: isDeleting ? 'Deleting' : isReached ? 'Provisioned' : 'Provisioning',
    observedGeneration: metadata.generation ?? 0,
    initialization: {
      ...(provisioned && { infrastructureProvisioned: true }),
      ...(initialized && { controlPlaneInitialized: true }),
    },
    infrastructureReady: provisioned,
    controlPlaneReady: initialized,
    ...(Array.isArray(failureDomains) && { failureDomains }),
    conditions: setAll(cluster, said, context),
  }
}

function setAll({ metadata, status }: Cluster, said: readonly Said[], { now }: ReconcileContext): readonly Condition[] {
  const observedGeneration = metadata.generation ?? 0
  return said.reduce<readonly Condition[]>(
    (conditions, each) => setCondition<Condition>(conditions, { ...each, observedGeneration }, now()),
    status?.conditions ?? [],
  )
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
