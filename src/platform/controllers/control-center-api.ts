/**
 * What a control center is for: the objects of its Platforms live in its own API, whatever made that. This controller is a
 * client of it. It takes nothing away that it is not told to: after the store of this server was lost, what a control center
 * holds is found there as it was.
 */
import {
  addFinalizer,
  apply,
  type ControllerDefinition,
  clusterOf,
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
  watching,
} from '../../controller/index.ts'
import { isStatus, KeelsonError, StatusError } from '../../machinery/index.ts'
import { type ClusterProvider, formatIdentity, isProviderError, type ObservedCluster } from '../../providers/index.ts'
import type { ConfiguredProvider, DesiredCluster, Scope } from '../engine/desired.ts'
import { opening, type ProviderTypes, readOne } from '../engine/read-desired.ts'
import {
  CLUSTER_FINALIZER,
  CLUSTER_PROVIDERS,
  CLUSTER_RESOURCES,
  type ClusterObject,
  CONTROL_CENTER_API_FINALIZER as FINALIZER,
  scopeOf,
} from './cluster-object.ts'
import { type Connection, connect } from './control-center-api-connection.ts'
import {
  CLUSTER_ROLES,
  installCRD,
  NameTaken,
  type PublishedPlatform,
  publishPlatform,
  removeEquipment,
  withdrawPlatform,
} from './control-center-api-objects.ts'
import { type ControlCenterEquipment, controlCenterSessions, type Sessions } from './control-center-sessions.ts'
import { sourceOf } from './object-source.ts'
import { CONTROL_PLANE_CRD, MANAGER_ROLE } from './platform-control-plane.ts'
import { type ToldClusters, toldClusters } from './told-clusters.ts'

/** The condition of a ControlCenter: whether its API has its platforms' Clusters. */
const CONDITION = 'ClusterAPIAvailable'

/** Milliseconds: until the API is asked again that did not answer; until somebody may have changed what lies in it. */
const SOON = 5000
const DRIFT = 5 * 60_000
/** After somebody else's write. */
const AT_ONCE = 1
/** While what is in an API that is being left goes, and for how long it may. */
const AGAIN = 1000
const PATIENCE = 30_000
/** Seconds. */
const ACCESS = 10 * 60
const SESSION = 60 * 60

const { ControlCenter: CONTROL_CENTERS, Platform: PLATFORMS } = CLUSTER_RESOURCES

export function controlCenterApiController(
  types: ProviderTypes,
  equipment: ControlCenterEquipment,
): ControllerDefinition {
  const name = 'control-center-api-controller'
  return {
    name,
    rules: [
      { apiGroups: ['platform.keelson.dev'], resources: ['controlcenters'], verbs: ['get', 'list', 'watch', 'patch'] },
      { apiGroups: ['platform.keelson.dev'], resources: ['controlcenters/status'], verbs: ['patch'] },
      { apiGroups: ['platform.keelson.dev'], resources: ['platforms'], verbs: ['get', 'list', 'watch', 'patch'] },
      { apiGroups: ['platform.keelson.dev'], resources: ['clusterproviders'], verbs: ['get'] },
      { apiGroups: ['core.kcp.io'], resources: ['logicalclusters'], verbs: ['get'] },
    ],
    start({ client, clock, log, signal }) {
      const lifetime = (SESSION * 1000) / 2
      const told = toldClusters()
      const ofPlatform = (platform: ClusterObject, change: 'changed' | 'deleted'): Request[] => {
        told[change === 'deleted' ? 'gone' : 'changed'](keyOfPlatform(platform))
        return controlCenterOf(platform)
      }
      const sessions = controlCenterSessions({ controllers: equipment.controllers, clock, log, signal, lifetime })
      const controller = startController({
        name,
        client,
        clock,
        log,
        signal,
        sources: [watching(CONTROL_CENTERS), watching(PLATFORMS, { map: ofPlatform })],
        reconcile: (request, context) =>
          reconcile(request, { types, crds: [...equipment.crds, CONTROL_PLANE_CRD], sessions, told }, context),
      })
      return {
        async [Symbol.asyncDispose]() {
          await controller[Symbol.asyncDispose]()
          await sessions[Symbol.asyncDispose]()
          told[Symbol.dispose]()
        },
      }
    },
  }
}

function keyOfPlatform(platform: ClusterObject): string {
  return `${clusterOf(platform)} ${platform.metadata.name ?? ''}`
}

function controlCenterOf(platform: ClusterObject): Request[] {
  const name = platform.spec.controlCenterRef?.name
  return name === undefined ? [] : [{ cluster: clusterOf(platform), namespace: '', name }]
}

interface Means {
  readonly types: ProviderTypes
  readonly crds: ControlCenterEquipment['crds']
  readonly sessions: Sessions
  readonly told: ToldClusters
}

async function reconcile(request: Request, means: Means, context: ReconcileContext): Promise<Result> {
  const { name } = request
  const { types, sessions } = means
  const { client } = context
  const key = `${request.cluster} ${name}`
  const [controlCenter, scope] = await Promise.all([find(client, CONTROL_CENTERS, name), scopeOf(client)])
  const platforms = await Array.fromAsync(
    client.items(PLATFORMS, { fieldSelector: `spec.controlCenterRef.name=${name}` }),
  )
  if (controlCenter === undefined) {
    await sessions.end(key)
    await forget(platforms, context)
    return undefined
  }
  const isDeleting = controlCenter.metadata.deletionTimestamp !== undefined
  const read = scope === undefined ? undefined : await readCluster(controlCenter, { scope, types, context })
  if (scope === undefined || read === undefined) {
    // What goes as a whole needs no clearing where nobody knows the way in any more.
    if (isDeleting) await forget([...platforms, controlCenter], context)
    return scope === undefined || isDeleting ? undefined : { requeueAfter: DRIFT }
  }
  const { provider, type } = read.configured
  if (!provider.capabilities().api) {
    await forget(platforms, context)
    if (isDeleting) return undefined
    const message = `clusters of type ${type} have no API server: the Clusters of its platforms are kept nowhere`
    await tell(controlCenter, { status: 'False', reason: 'NoAPIServer', message }, context)
    return undefined
  }
  return fill(controlCenter, platforms, read, { scope, types, context, means, key })
}

interface Read {
  readonly cluster: DesiredCluster
  readonly configured: ConfiguredProvider
}

interface Surroundings {
  readonly scope: Scope
  readonly types: ProviderTypes
  readonly context: ReconcileContext
}

interface Filling extends Surroundings {
  readonly means: Means
  /** Of the control center, among all. */
  readonly key: string
}

async function fill(
  controlCenter: ClusterObject,
  platforms: readonly ClusterObject[],
  read: Read,
  surroundings: Filling,
): Promise<Result> {
  const { context, means, key } = surroundings
  const { provider, ownerTag } = read.configured
  try {
    const observed = await observe(read, context)
    // Its own conditions say why.
    if (observed?.state !== 'ready') {
      // Objects with finalizers are in what is going, too: whoever set them stays until it has gone.
      if (controlCenter.metadata.deletionTimestamp === undefined) await means.sessions.end(key)
      else await forget(platforms, context)
      return { requeueAfter: SOON }
    }
    const isLeft = controlCenter.metadata.deletionTimestamp !== undefined && platforms.length === 0
    // Its cluster may be given back at this moment: to issue a credential now would leave one there.
    if (isLeft && !hasFinalizer(controlCenter, FINALIZER)) return undefined
    using connection = await connectTo({ provider, observed, ownerTag, seconds: ACCESS }, context)
    if (isLeft) return await leave(controlCenter, connection, surroundings)
    // What is not made here is to be left as it was found.
    const outlives = provider.capabilities().delete === 'marks'
    if (outlives && controlCenter.metadata.deletionTimestamp === undefined) {
      await unlessOvertaken(addFinalizer(context.client, CONTROL_CENTERS, controlCenter, FINALIZER))
    }
    const installed = await Promise.all(means.crds.map((crd) => installCRD(connection.client, crd)))
    if (!installed.every((isServed) => isServed)) return { requeueAfter: SOON }
    await apply(connection.client, CLUSTER_ROLES, MANAGER_ROLE)
    const open = () => connectTo({ provider, observed, ownerTag, seconds: SESSION }, context)
    await means.sessions.keep(key, JSON.stringify([observed.externalID, observed.endpoint]), open)
    let next = DRIFT
    const taken: string[] = []
    for (const platform of platforms) {
      try {
        next = Math.min(next, await bringIn(platform, connection, surroundings))
      } catch (error) {
        if (!(error instanceof NameTaken)) throw error
        taken.push(error.message)
      }
    }
    const told =
      taken.length === 0
        ? ({ status: 'True', reason: 'Available', message: '' } as const)
        : ({ status: 'False', reason: 'NameTaken', message: taken.join('; ') } as const)
    await tell(controlCenter, told, context)
    return { requeueAfter: next }
  } catch (error) {
    context.signal.throwIfAborted()
    if (error instanceof Overtaken) return { requeueAfter: AT_ONCE }
    if (!isProviderError(error) && !(error instanceof KeelsonError) && !(error instanceof StatusError)) throw error
    if (controlCenter.metadata.deletionTimestamp !== undefined) await forget(platforms, context)
    else await tell(controlCenter, { status: 'False', reason: 'ConnectionDown', message: messageOf(error) }, context)
    return { requeueAfter: SOON }
  }
}

/** Takes away what was put into an API that outlives its object: what it held is gone, or is given a while to go. */
async function leave(
  controlCenter: ClusterObject,
  { client: remote }: Connection,
  { context, means, key }: Filling,
): Promise<Result> {
  const since = Date.parse(controlCenter.metadata.deletionTimestamp ?? '')
  const isEmpty = await removeEquipment(remote, means.crds)
  if (!isEmpty && context.now() - since < PATIENCE) return { requeueAfter: AGAIN }
  await means.sessions.end(key)
  await removeFinalizer(context.client, CONTROL_CENTERS, controlCenter, FINALIZER)
  return undefined
}

/** Brings one Platform in, or takes it out when its cluster is gone. */
async function bringIn(
  platform: ClusterObject,
  { client: remote }: Connection,
  surroundings: Filling,
): Promise<number> {
  const { context, means } = surroundings
  const isDeleting = platform.metadata.deletionTimestamp !== undefined
  if (isDeleting && !hasFinalizer(platform, FINALIZER)) return DRIFT
  const read = await readCluster(platform, surroundings)
  if (read === undefined && !isDeleting) return DRIFT
  if (isDeleting && !hasFinalizer(platform, CLUSTER_FINALIZER)) {
    if (read !== undefined) await withdrawPlatform(remote, read)
    await removeFinalizer(context.client, PLATFORMS, platform, FINALIZER)
    return DRIFT
  }
  if (read === undefined) return DRIFT
  if (!isDeleting) await unlessOvertaken(addFinalizer(context.client, PLATFORMS, platform, FINALIZER))
  const { provider } = read.configured
  const { externalName } = read.cluster
  const look = () => observe(read, context)
  const observed = await (isDeleting
    ? look()
    : means.told.seen(keyOfPlatform(platform), { provider, externalName }, look))
  const published: PublishedPlatform = { ...read, isDeleting, ...(observed !== undefined && { observed }) }
  return publishPlatform(remote, published, { now: context.now(), signal: context.signal })
}

async function readCluster(object: ClusterObject, { scope, types, context }: Surroundings): Promise<Read | undefined> {
  const provider = await find(context.client, CLUSTER_PROVIDERS, object.spec.providerRef.name)
  if (provider === undefined) return undefined
  const read = readOne(sourceOf(object), sourceOf(provider), { scope, open: opening(types, scope) })
  return read.ok ? read.value : undefined
}

/**
 * The cluster of this very object. A status is written by whoever may write it, so that access is never issued by what it says:
 * the cluster is found by the object's name, and must say that it is of this object.
 */
async function observe(
  { cluster, configured }: Read,
  { signal }: ReconcileContext,
): Promise<ObservedCluster | undefined> {
  const seen = await configured.provider.observe(cluster.externalName, signal)
  if (!seen.found || seen.ownerTag !== configured.ownerTag || seen.identity === undefined) return undefined
  return formatIdentity(seen.identity) === formatIdentity(cluster.identity) ? seen : undefined
}

interface Way {
  readonly provider: ClusterProvider
  readonly observed: ObservedCluster
  readonly ownerTag: string
  /** How long the credential is good for. */
  readonly seconds: number
}

async function connectTo(
  { provider, observed, ownerTag, seconds }: Way,
  { signal }: ReconcileContext,
): Promise<Connection> {
  const { min, max } = provider.capabilities().accessTTL
  const ttl = Math.max(min, Math.min(seconds, max))
  return connect(await provider.issueAccess(observed.externalID, ttl, { ownerTag, signal }))
}

/** Their objects went with the API that held them, or were never made. */
async function forget(objects: readonly ClusterObject[], { client }: ReconcileContext): Promise<void> {
  for (const object of objects) {
    if (object.metadata.deletionTimestamp === undefined) continue
    const resource = object.kind === 'ControlCenter' ? CONTROL_CENTERS : PLATFORMS
    await removeFinalizer(client, resource, object, FINALIZER)
  }
}

interface Told {
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

async function tell(controlCenter: ClusterObject, told: Told, { client, now }: ReconcileContext): Promise<void> {
  for (;;) {
    const current = await find(client, CONTROL_CENTERS, controlCenter.metadata.name ?? '')
    if (current === undefined) return
    const { conditions: before = [], ...status } = current.status ?? {}
    const observedGeneration = current.metadata.generation ?? 0
    const conditions = setCondition(before, { type: CONDITION, ...told, observedGeneration }, now())
    try {
      await orGone(patchStatus(client, CONTROL_CENTERS, current, { ...status, conditions }))
      return
    } catch (error) {
      // The facts are the same, and are put beside what another wrote.
      if (!isStatus(error, 'Conflict')) throw error
    }
  }
}

/** Somebody wrote first to an object of this server: that says nothing of the control center's API. */
class Overtaken extends Error {
  override readonly name = 'Overtaken'
}

async function unlessOvertaken<T>(request: Promise<T>): Promise<T> {
  try {
    return await request
  } catch (cause) {
    if (isStatus(cause, 'Conflict') || isStatus(cause, 'NotFound')) throw new Overtaken('', { cause })
    throw cause
  }
}
