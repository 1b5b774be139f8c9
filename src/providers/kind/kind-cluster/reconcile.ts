import {
  addFinalizer,
  type Client,
  find,
  hasFinalizer,
  type ReconcileContext,
  type Request,
  type Result,
  removeFinalizer,
} from '../../../controller/index.ts'
import { KeelsonError } from '../../../machinery/index.ts'
import { isProviderError } from '../../provider-error.ts'
import { deleteCluster } from '../delete.ts'
import { converge } from './converge.ts'
import { findCluster } from './find-cluster.ts'
import {
  FINALIZER,
  ID_ANNOTATION,
  identityOf,
  intentOf,
  KIND_CLUSTERS,
  type KindCluster,
  OWNER_TAG,
} from './kind-cluster.ts'
import { keepKubeconfig } from './kubeconfig-secret.ts'
import { isPaused, pausedStatus } from './pausing.ts'
import { failureText, PENDING, PROVISIONED, READY, reporter, steps, write } from './report.ts'
import { type Each, follow, forget, keyOf, type Running } from './running.ts'

/** Milliseconds: after a failure, doubled with each further one up to the last. */
const AFTER_FAILURE = 15_000
const AT_MOST = 5 * 60_000

export async function reconcile(request: Request, running: Running, context: ReconcileContext): Promise<Result> {
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

async function bringUp(each: Each, owner: string): Promise<Result> {
  const { running, request, context } = each
  const { client, signal, now } = context
  const world = running.world()
  const identity = identityOf(each.object, await running.apiOf(client, each.object))
  const tell = reporter(each)
  if ((each.object.status?.phase ?? '') === '') await tell({ ...PENDING, message: 'it waits for its turn' })
  const found = await findCluster(world, each.object, identity, signal)
  // From here on it is told of what happens to its nodes, or to those that have its name.
  follow(running, request, found.externalName)
  if (found.is === 'foreign') {
    const message = `cluster already exists: ${found.externalName}`
    await tell({ ...PENDING, reason: 'NameTaken', message, failureMessage: 'cluster already exists' })
    await steps(running.recorder, client, each.object).warning('NameTaken', message)
    return undefined
  }
  const object = await addFinalizer(client, KIND_CLUSTERS, each.object, FINALIZER)
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

async function end({ object, running, request, context }: Each): Promise<Result> {
  const { client, signal } = context
  const tell = reporter({ object, context })
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
