/**
 * Makes the cluster of a KindCluster, says what has become of it, and ends it. What is there is asked of Docker each time, so
 * that whoever is interrupted is gone on with; at rest nothing is asked: Docker tells when a node changes.
 */

import { resourceRef } from '../../../client/index.ts'
import {
  addFinalizer,
  type Client,
  type ControllerDefinition,
  clusterOf,
  type EventRecorder,
  eventRecorder,
  find,
  formatTime,
  hasFinalizer,
  type ReconcileContext,
  type Request,
  type Result,
  removeFinalizer,
  type Source,
  startController,
  watching,
} from '../../../controller/index.ts'
import { isStatus, KeelsonError, type KubeObject } from '../../../machinery/index.ts'
import type { Progress } from '../../provider.ts'
import { isProviderError } from '../../provider-error.ts'
import { specDifferences } from '../../spec-fields.ts'
import { createCluster } from '../create.ts'
import { deleteCluster } from '../delete.ts'
import { type NodeEvents, nodeEvents } from '../docker/events.ts'
import type { Cluster } from '../look.ts'
import { CLUSTER_LABEL } from '../nodes.ts'
import { startCluster } from '../start.ts'
import { updateCluster } from '../update.ts'
import type { KindWorld } from '../world.ts'
import { findCluster } from './find-cluster.ts'
import {
  FINALIZER,
  ID_ANNOTATION,
  identityOf,
  intentOf,
  KIND_CLUSTERS,
  type KindCluster,
  OWNER_TAG,
  PAUSED_ANNOTATION,
} from './kind-cluster.ts'
import { keepKubeconfig } from './kubeconfig-secret.ts'
import { failureText, type Report, statusOf, steps, write } from './report.ts'

interface Owner extends KubeObject {
  readonly spec?: {
    readonly paused?: boolean
    readonly infrastructureRef?: { readonly kind?: string; readonly name?: string }
  }
}

const CLUSTERS = resourceRef<Owner>('cluster.x-k8s.io/v1beta2', 'clusters', { namespaced: true })
const NAMESPACES = resourceRef('v1', 'namespaces', { namespaced: false })

/** Milliseconds: after a failure, doubled with each further one up to the last; and while a name is somebody else's. */
const AFTER_FAILURE = 15_000
const AT_MOST = 5 * 60_000
const TAKEN = 60_000
/** Milliseconds between two words on the same step. */
const PROGRESS = 1000
/** Builds take turns by themselves (build.ts): a place here is no more than a promise. */
const AT_ONCE = 64

interface Running {
  readonly world: () => KindWorld
  readonly events: () => NodeEvents
  readonly recorder: EventRecorder
  /** By key: what is being worked on, to be stopped when its object is to go. */
  readonly working: Map<string, AbortController>
  readonly following: Map<string, Disposable>
  /** By key: what has failed, and is not to be tried before its time: to say so is a change of the object, too. */
  readonly resting: Map<string, Rest>
  readonly enqueue: (request: Request) => void
  readonly apiOf: (client: Client, object: KindCluster) => Promise<string>
}

interface Rest {
  readonly until: number
  /** Of the object: another may do better. */
  readonly generation: number
  readonly failures: number
}

/** `open` gives the Docker to work with; it throws a KeelsonError where there is none. */
export function kindClusterController(open: () => KindWorld): ControllerDefinition {
  const name = 'kindcluster-controller'
  return {
    name,
    // It works in control centers, as their administrator.
    rules: [],
    start({ client, clock, log, signal }) {
      let world: KindWorld | undefined
      let events: NodeEvents | undefined
      const known = (): KindWorld => {
        world ??= open()
        return world
      }
      let enqueue: Running['enqueue'] = () => undefined
      const running: Running = {
        world: known,
        events() {
          events ??= nodeEvents(known().docker, CLUSTER_LABEL)
          return events
        },
        recorder: eventRecorder({ component: name, now: clock.now, log }),
        working: new Map(),
        following: new Map(),
        resting: new Map(),
        enqueue: (request) => enqueue(request),
        apiOf: apiNames(),
      }
      const docker: Source = async (context) => {
        enqueue = context.enqueue
      }
      const stopping = (object: KindCluster): Request[] => {
        const { namespace = '', name: own = '', deletionTimestamp } = object.metadata
        const request = { cluster: clusterOf(object), namespace, name: own }
        if (deletionTimestamp !== undefined)
          running.working.get(keyOf(request))?.abort(new Error('it is being deleted'))
        return [request]
      }
      const controller = startController({
        name,
        client,
        clock,
        log,
        signal,
        concurrency: AT_ONCE,
        perCluster: AT_ONCE,
        sources: [watching(KIND_CLUSTERS, { map: stopping }), watching(CLUSTERS, { map: infrastructureOf }), docker],
        reconcile: (request, context) => reconcile(request, running, context),
      })
      return {
        async [Symbol.asyncDispose]() {
          await controller[Symbol.asyncDispose]()
          for (const following of running.following.values()) following[Symbol.dispose]()
        },
      }
    },
  }
}

/** Whoever pauses a Cluster, or goes on, means what it stands on. */
function infrastructureOf({ metadata, spec, ...rest }: Owner): Request[] {
  const { kind, name } = spec?.infrastructureRef ?? {}
  if (kind !== 'KindCluster' || name === undefined) return []
  return [{ cluster: clusterOf({ metadata, ...rest }), namespace: metadata.namespace ?? '', name }]
}

function keyOf({ cluster, namespace, name }: Request): string {
  return [cluster, namespace, name].join('\n')
}

/** A logical cluster by its name, any other API by its namespace kube-system, as everybody tells clusters apart. */
function apiNames(): Running['apiOf'] {
  let known: Promise<string> | undefined
  return async (client, object) => {
    const logical = clusterOf(object)
    if (logical !== '') return logical
    known ??= find(client, NAMESPACES, 'kube-system').then((namespace) => namespace?.metadata.uid ?? '')
    const name = await known
    if (name === '') known = undefined
    return name
  }
}

async function reconcile(request: Request, running: Running, context: ReconcileContext): Promise<Result> {
  const key = keyOf(request)
  const { namespace, name } = request
  const { client, now } = context
  const object = await find(client, KIND_CLUSTERS, name, { namespace })
  if (object === undefined) return forget(running, key)
  const owner = object.metadata.ownerReferences?.find(
    ({ kind, apiVersion }) => kind === 'Cluster' && apiVersion.split('/')[0] === 'cluster.x-k8s.io',
  )
  const isDeleting = object.metadata.deletionTimestamp !== undefined
  if (isDeleting ? !hasFinalizer(object, FINALIZER) : owner === undefined) return forget(running, key)
  if (await isPaused(client, object, owner?.name)) {
    await write(client, object, (current) => pausedStatus(current, now()))
    return undefined
  }
  const rest = running.resting.get(key)
  const left = rest?.generation === object.metadata.generation ? (rest?.until ?? 0) - now() : 0
  if (left > 0 && !isDeleting) return { requeueAfter: left }
  using working = new DisposableStack()
  const stop = new AbortController()
  running.working.set(key, stop)
  working.defer(() => running.working.delete(key))
  const signal = AbortSignal.any([context.signal, stop.signal])
  const each: Each = { object, running, request, context: { ...context, signal } }
  try {
    const result = await (isDeleting ? end({ ...each, context }) : bringUp(each, owner?.name ?? ''))
    running.resting.delete(key)
    return result
  } catch (error) {
    context.signal.throwIfAborted()
    // Its deletion is what comes next.
    if (stop.signal.aborted) return { requeueAfter: 0 }
    if (!isProviderError(error) && !(error instanceof KeelsonError)) throw error
    return tellFailure(each, error, isDeleting)
  }
}

interface Each {
  readonly object: KindCluster
  readonly running: Running
  readonly request: Request
  readonly context: ReconcileContext
}

async function bringUp(each: Each, owner: string): Promise<Result> {
  const { running, request, context } = each
  const { client, signal, now } = context
  const world = running.world()
  const identity = identityOf(each.object, await running.apiOf(client, each.object))
  const tell = reporter(each)
  if ((each.object.status?.phase ?? '') === '') await tell({ ...PENDING, message: 'it waits for its turn' })
  const found = await findCluster(world, each.object, identity, signal)
  if (found.is === 'foreign') {
    const message = `cluster already exists: ${found.externalName}`
    await tell({ ...PENDING, reason: 'NameTaken', message, failureMessage: 'cluster already exists' })
    await steps(running.recorder, client, each.object).warning('NameTaken', message)
    return { requeueAfter: TAKEN }
  }
  const object = await addFinalizer(client, KIND_CLUSTERS, each.object, FINALIZER)
  // From here on it is told of what happens to its nodes.
  follow(running, request, found.externalName)
  const intent = intentOf(object, identity, found.externalName)
  const cluster = await converge({ ...each, object }, found.is === 'ours' ? found.cluster : undefined, { intent, tell })
  const endpoint = cluster.observed.endpoint
  if (endpoint === undefined) return { requeueAfter: AFTER_FAILURE }
  const { host, port } = endpoint
  if (object.status?.phase !== 'Ready') await tell({ ...PROVISIONED, message: '' })
  await note(client, object, { externalID: cluster.observed.externalID, endpoint: { host, port } })
  const renewal = await keepKubeconfig(world, { client, now, signal }, { object, owner, cluster })
  if (await tell(READY))
    await steps(running.recorder, client, object).normal('Ready', `cluster ${host}:${port} is ready`)
  return renewal === undefined ? undefined : { requeueAfter: renewal }
}

interface Wanted {
  readonly intent: ReturnType<typeof intentOf>
  readonly tell: (report: Report) => Promise<boolean>
}

/** From whatever is there to a ready cluster with the nodes that are wanted. */
async function converge(
  { object, running, context }: Each,
  present: Cluster | undefined,
  { intent, tell }: Wanted,
): Promise<Cluster> {
  const { client, signal, now } = context
  const world = running.world()
  const { normal } = steps(running.recorder, client, object)
  let told = 0
  let telling: Promise<unknown> = Promise.resolve()
  const onProgress = ({ phase, message }: Progress): void => {
    if (now() - told < PROGRESS) return
    told = now()
    const report = { ...PROVISIONING, reason: reasonFor(phase), message }
    telling = telling.then(() => tell(report)).catch(() => undefined)
  }
  const waiting = { signal, onProgress }
  const { externalName } = intent
  const state = present?.observed.state
  try {
    if (present === undefined || state === 'building') {
      // Somebody else has removed what was there: it is made again.
      if (present === undefined && object.status?.ready === true) {
        await tell({ ...PENDING, reason: 'Lost', message: `cluster ${externalName} is gone, and is made again` })
      }
      await tell({ ...PROVISIONING, message: `cluster ${externalName}` })
      await normal('Provisioning', `cluster ${externalName} is ${present === undefined ? 'made' : 'gone on with'}`)
      return await createCluster(world, intent, waiting)
    }
    const { externalID } = present.observed
    if (state === 'deleting') {
      await deleteCluster(world, externalID, { ...waiting, ownerTag: OWNER_TAG })
      return await createCluster(world, intent, waiting)
    }
    if (state === 'stopped') {
      await normal('Starting', `cluster ${externalName} is started`)
      return await startCluster(world, externalID, { ...waiting, ownerTag: OWNER_TAG })
    }
    if (state === 'failed') {
      await tell({ ...PROVISIONING, reason: 'Repairing', message: present.observed.message })
      await normal('Repairing', present.observed.message)
      return await updateCluster(world, externalID, intent, waiting)
    }
    if (specDifferences(present.observed.spec, intent.spec).length === 0) return present
    await normal('Updating', `nodes of cluster ${externalName} are brought in line`)
    return await updateCluster(world, externalID, intent, waiting)
  } finally {
    await telling
  }
}

async function end({ object, running, request, context }: Each): Promise<Result> {
  const { client, signal } = context
  const tell = reporter({ object, running, request, context })
  await tell({ phase: 'Deleting', ready: false, reason: 'Deleting', message: '', failureMessage: '' })
  const world = running.world()
  const identity = identityOf(object, await running.apiOf(client, object))
  const found = await findCluster(world, object, identity, signal)
  // What is somebody else's keeps nobody's object from going.
  if (found.is === 'ours') {
    await deleteCluster(world, found.cluster.observed.externalID, { signal, ownerTag: OWNER_TAG })
    const message = `cluster ${found.externalName} is deleted`
    await steps(running.recorder, client, object).normal('Deleted', message)
  }
  await removeFinalizer(client, KIND_CLUSTERS, object, FINALIZER)
  return forget(running, keyOf(request))
}

async function tellFailure(each: Each, error: Error, isDeleting: boolean): Promise<Result> {
  const { object, running, request, context } = each
  const text = failureText(error)
  const message = isDeleting ? `failed to delete cluster: ${text}` : `failed to create cluster: ${text}`
  const isUnknown = isProviderError(error, 'unreachable') || !isProviderError(error)
  const reason = isUnknown ? 'DockerUnreachable' : 'Failed'
  const tell = reporter(each)
  // Where nobody knows, what was known last is told on.
  const before =
    isUnknown && object.status?.phase !== undefined && object.status.phase !== '' ? object.status.phase : 'Pending'
  const phase = isDeleting ? 'Deleting' : before === 'Ready' ? 'Provisioned' : before
  const key = keyOf(request)
  const failures = (running.resting.get(key)?.failures ?? 0) + 1
  const pause = Math.min(AFTER_FAILURE * 2 ** (failures - 1), AT_MOST)
  running.resting.set(key, { until: context.now() + pause, generation: object.metadata.generation ?? 0, failures })
  await tell({ phase, ready: false, reason, message, failureMessage: message })
  await steps(running.recorder, context.client, object).warning(reason, message)
  return { requeueAfter: pause }
}

const NOTHING = { ready: false, failureMessage: '' }
const PENDING: Report = { ...NOTHING, phase: 'Pending', reason: 'Pending', message: '' }
const PROVISIONING: Report = { ...NOTHING, phase: 'Provisioning', reason: 'Provisioning', message: '' }
const PROVISIONED: Report = { ...NOTHING, phase: 'Provisioned', reason: 'Provisioned', message: '' }
const READY: Report = { ready: true, failureMessage: '', phase: 'Ready', reason: 'Ready', message: '' }

/** Resolves with whether the phase is another now. */
function reporter({ object, context }: Each): Wanted['tell'] {
  return async (report) => {
    let moved = false
    await write(context.client, object, (current) => {
      moved = current.status?.phase !== report.phase
      return statusOf(current, report, context.now())
    })
    return moved
  }
}

/** `starting-nodes` -> `StartingNodes` */
function reasonFor(phase: string): string {
  return phase.replaceAll(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())
}

interface Noted {
  readonly externalID: string
  readonly endpoint: { readonly host: string; readonly port: number }
}

async function note(client: Client, object: KindCluster, { externalID, endpoint }: Noted): Promise<void> {
  const { name = '', namespace = '', annotations = {} } = object.metadata
  const { host, port } = object.spec.controlPlaneEndpoint ?? {}
  const isNoted = annotations[ID_ANNOTATION] === externalID && host === endpoint.host && port === endpoint.port
  if (isNoted) return
  const patch = {
    metadata: { annotations: { [ID_ANNOTATION]: externalID } },
    spec: { controlPlaneEndpoint: endpoint },
  }
  await client.patch(KIND_CLUSTERS, name, 'merge', patch, { namespace })
}

async function isPaused(client: Client, object: KindCluster, owner: string | undefined): Promise<boolean> {
  if (object.metadata.annotations?.[PAUSED_ANNOTATION] !== undefined) return true
  if (owner === undefined) return false
  const { namespace = '' } = object.metadata
  const cluster = await find(client, CLUSTERS, owner, { namespace }).catch((error: unknown) => {
    // Without Cluster API there are no Clusters.
    if (isStatus(error, 'NotFound')) return undefined
    throw error
  })
  return cluster?.spec?.paused === true
}

function pausedStatus(object: KindCluster, now: number) {
  const before = object.status ?? {}
  const others = (before.conditions ?? []).filter(({ type }) => type !== 'Paused')
  const present = before.conditions?.find(({ type, status }) => type === 'Paused' && status === 'True')
  const condition = present ?? {
    type: 'Paused',
    status: 'True' as const,
    reason: 'Paused',
    message: '',
    lastTransitionTime: formatTime(now),
    observedGeneration: object.metadata.generation ?? 0,
  }
  return { phase: 'Pending' as const, ready: false, ...before, conditions: [...others, condition] }
}

function follow({ following, events, enqueue }: Running, request: Request, externalName: string): void {
  const key = keyOf(request)
  if (following.has(key)) return
  following.set(
    key,
    events().follow(externalName, () => enqueue(request)),
  )
}

function forget({ following, resting }: Running, key: string): undefined {
  resting.delete(key)
  following.get(key)?.[Symbol.dispose]()
  following.delete(key)
  return undefined
}
