/**
 * Converges ControlCenters and Platforms with the engine of the command line, one object at a time. What an object says is
 * what the last look at the world has shown; it decides nothing, and losing it loses nothing.
 */
import {
  addFinalizer,
  type ControllerDefinition,
  type EventRecorder,
  eventRecorder,
  find,
  hasFinalizer,
  isTrue,
  type ReconcileContext,
  type Request,
  type Result,
  removeFinalizer,
  requestFor,
  type SourceContext,
  startController,
  watching,
} from '../../controller/index.ts'
import { isProviderError } from '../../providers/index.ts'
import { type Convergence, converge, type Observer } from '../engine/converge.ts'
import { addressOf } from '../engine/manifest.ts'
import type { Parallelism } from '../engine/parallelism.ts'
import { opening, type ProviderTypes, readOne } from '../engine/read-desired.ts'
import { endEvent, stepEvent } from './cluster-events.ts'
import {
  CLUSTER_FINALIZER,
  CLUSTER_PROVIDERS,
  CLUSTER_RESOURCES,
  type ClusterKind,
  type ClusterObject,
  CONTROL_CENTER_API_FINALIZER,
  IN_USE_FINALIZER,
  scopeOf,
} from './cluster-object.ts'
import { endReport, type Report, stepReport, writeReport } from './cluster-status.ts'
import { dependentOn, unmetDependency } from './dependencies.ts'
import { type Following, following } from './following.ts'
import { problemText, sourceOf } from './object-source.ts'
import { type PublishOptions, publishAccess, withdrawAccess } from './published-access.ts'
import { requestedRun, runStatus } from './run-request.ts'
import { type WaitingFor, waitingFor } from './waiting-for.ts'

/** Milliseconds: for what others have to bring about, and for what may change without anybody telling. */
const SOON = 1000
const LATER = 10_000
const DRIFT = 60_000
const REST = 5000
/** What a provider says of its progress is written no more often. */
const PROGRESS = 1000

/** More than the schema lets a ClusterProvider ask for, so that who waits for one never keeps the others from being looked at. */
const PER_WORKSPACE = 72

/** A key is a workspace's ClusterProvider; ControlCenters and Platforms share its places. */
export type Places = Parallelism<string>

export function clusterController(kind: ClusterKind, types: ProviderTypes, places: Places): ControllerDefinition {
  const name = `${kind.toLowerCase()}-controller`
  const { resource } = CLUSTER_RESOURCES[kind]
  return {
    name,
    rules: [
      { apiGroups: ['platform.keelson.dev'], resources: [resource], verbs: ['get', 'list', 'watch', 'patch'] },
      { apiGroups: ['platform.keelson.dev'], resources: [`${resource}/status`], verbs: ['patch'] },
      {
        apiGroups: ['platform.keelson.dev'],
        resources: ['clusterproviders', 'controlcenters', 'platforms'],
        verbs: ['get', 'list', 'watch'],
      },
      { apiGroups: ['platform.keelson.dev'], resources: ['clusterproviders'], verbs: ['patch'] },
      { apiGroups: ['core.kcp.io'], resources: ['logicalclusters'], verbs: ['get'] },
      { apiGroups: [''], resources: ['events'], verbs: ['create', 'get', 'patch'] },
      { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'delete', 'get', 'update'] },
    ],
    start({ client, clock, log, signal }) {
      const recorder = eventRecorder({ component: name, now: clock.now, log })
      const waiting = waitingFor()
      const begun = clock.now()
      let enqueue: SourceContext['enqueue'] = () => undefined
      const looks = new Map<string, LastLook>()
      const comeUp = (request: Request) => {
        looks.delete(keyOf(request))
        enqueue(request)
      }
      const told = following()
      const controller = startController({
        name,
        client,
        clock,
        log,
        signal,
        concurrency: 2 * PER_WORKSPACE,
        perCluster: PER_WORKSPACE,
        sources: [
          async (source) => {
            enqueue = source.enqueue
          },
          watching(CLUSTER_RESOURCES[kind], {
            map: (object) => [{ ...requestFor(object), ...whenToLook(object, begun) }],
          }),
          watching(CLUSTER_RESOURCES.ControlCenter, { map: waiting.woken('ControlCenter') }),
          watching(CLUSTER_RESOURCES.Platform, { map: waiting.woken('Platform') }),
        ],
        reconcile: (request, context) =>
          reconcile({ kind, types, recorder, waiting, places, comeUp, told, looks }, request, context),
      })
      return {
        ...controller,
        async [Symbol.asyncDispose]() {
          await controller[Symbol.asyncDispose]()
          told[Symbol.dispose]()
        },
      }
    },
  }
}

/**
 * What has just been reported was looked at just now; and after a start what was at rest does not come all at once, but what
 * somebody waits for comes first.
 */
function whenToLook(object: ClusterObject, begun: number): { after?: number } {
  const { metadata, status = {} } = object
  const isNews =
    metadata.deletionTimestamp !== undefined ||
    metadata.generation !== status.observedGeneration ||
    requestedRun(object) !== undefined ||
    (!isTrue(status.conditions ?? [], 'Ready') && isFromBefore(status.observedAt, begun))
  return isNews ? {} : { after: REST }
}

/** A report of this process is never taken for one of an earlier: times are kept in whole seconds. */
function isFromBefore(observedAt: string | undefined, begun: number): boolean {
  return observedAt === undefined || Date.parse(observedAt) < Math.floor(begun / 1000) * 1000
}

interface Means {
  readonly kind: ClusterKind
  readonly types: ProviderTypes
  readonly recorder: EventRecorder
  readonly waiting: WaitingFor
  readonly places: Places
  readonly comeUp: (request: Request) => void
  readonly told: Following
  /** By object: what a look itself writes is no reason for another. */
  readonly looks: Map<string, LastLook>
}

interface LastLook {
  readonly at: number
  /** When another was due then. */
  readonly next: number
  /** The object's version with what the look wrote; undefined until that is known. */
  readonly version: string | undefined
}

function keyOf({ cluster, name }: Request): string {
  return `${cluster}/${name}`
}

async function reconcile(
  { kind, types, recorder, waiting, places, comeUp, told: following, looks }: Means,
  request: Request,
  context: ReconcileContext,
): Promise<Result> {
  const { name } = request
  const { client, now, signal } = context
  const resource = CLUSTER_RESOURCES[kind]
  const object = await find(client, resource, name)
  const key = keyOf(request)
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) {
    following.end(key)
    looks.delete(key)
  }
  if (object === undefined) return undefined
  const isDeleting = object.metadata.deletionTimestamp !== undefined
  if (isDeleting && !hasFinalizer(object, CLUSTER_FINALIZER)) return undefined
  const report = (told: Report) => writeReport(client, kind, name, told, now())
  const asked = requestedRun(object)
  const last = looks.get(key)
  if (last !== undefined && asked === undefined && object.metadata.generation === object.status?.observedGeneration) {
    const isAsLeft = object.metadata.resourceVersion === last.version
    const rest = (isAsLeft ? last.next : last.at + REST) - now()
    if (rest > 0) return Number.isFinite(rest) ? { requeueAfter: rest } : undefined
  }
  const tell = async (event: ReturnType<typeof endEvent>) => {
    if (event !== undefined) await recorder.event(client, object, event)
  }
  const pending = async (message: string, error: string): Promise<Result> => {
    const reason = isDeleting ? 'Deleting' : 'Unavailable'
    // What was made stays what it is.
    const phase = isDeleting ? 'Deleting' : object.status?.externalID === undefined ? 'Pending' : undefined
    // What only a change can help has ended for a run that waits; what others bring about has not.
    const failed = { outcome: 'failed', action: 'no-op', message, logTail: [], touched: false } as const
    const run = error === '' || asked === undefined ? {} : { run: runStatus(asked.id, failed) }
    await report({ ...(phase !== undefined && { phase }), ready: { status: 'False', reason, message }, error, ...run })
    await tell(
      error === '' ? { type: 'Normal', reason: 'Waiting', message } : { type: 'Warning', reason: 'Invalid', message },
    )
    return { requeueAfter: SOON }
  }

  const { providerRef } = object.spec
  const moved = movedField(object)
  if (moved !== undefined) {
    await pending(moved, moved)
    return undefined
  }
  const [scope, providerObject] = await Promise.all([
    scopeOf(client),
    find(client, CLUSTER_PROVIDERS, providerRef.name),
  ])
  if (scope === undefined) return undefined
  if (providerObject === undefined) {
    const message = `spec.providerRef.name: ClusterProvider "${providerRef.name}" not found`
    return pending(message, message)
  }
  const read = readOne(sourceOf(object), sourceOf(providerObject), { scope, open: opening(types, scope) })
  if (!read.ok) {
    const message = read.error.map(problemText).join('; ')
    await pending(message, message)
    // Nothing helps but a change, and that of the object is told; that of its provider is looked for.
    return { requeueAfter: DRIFT }
  }
  const address = addressOf(kind, name)
  const goesAnyway = isDeleting && asked?.ends === 'Anyway'
  const obstacle = goesAnyway
    ? undefined
    : await (isDeleting ? dependentOn(address, client) : unmetDependency(object, client))
  if (obstacle !== undefined) {
    waiting.wait(request, obstacle.address)
    return pending(obstacle.message, obstacle.isMistake === true ? obstacle.message : '')
  }

  // A Platform's is for its control center to take away, after its cluster has gone.
  if (isDeleting && !goesAnyway && kind === 'ControlCenter' && hasFinalizer(object, CONTROL_CENTER_API_FINALIZER)) {
    return pending('waits until its API is as it was found', '')
  }

  if (!isDeleting && !hasFinalizer(object, CLUSTER_FINALIZER)) {
    const goes = `ClusterProvider "${providerRef.name}" is being deleted`
    if (providerObject.metadata.deletionTimestamp !== undefined) return pending(goes, '')
    await addFinalizer(client, CLUSTER_PROVIDERS, providerObject, IN_USE_FINALIZER)
    const held = await addFinalizer(client, resource, object, CLUSTER_FINALIZER)
    // Who is deleted from now on sees by this that it is needed; whoever was before may be gone.
    const [present, unmet] = await Promise.all([
      find(client, CLUSTER_PROVIDERS, providerRef.name),
      unmetDependency(object, client),
    ])
    const isThere = present?.metadata.uid === providerObject.metadata.uid
    if (!isThere || present?.metadata.deletionTimestamp !== undefined || unmet !== undefined) {
      await removeFinalizer(client, resource, held, CLUSTER_FINALIZER)
      return pending(unmet?.message ?? goes, '')
    }
  }
  const { cluster, configured } = read.value
  let reporting: Promise<unknown> = Promise.resolve()
  let current: Parameters<Observer['step']>[1] = 'none'
  let told = now()
  const observer: Observer = {
    // The finalizer is the record: from then on the world is asked by the deterministic name, whatever happens.
    record: async () => undefined,
    step(_, step) {
      current = step
      // A report that fails is made up for by the last one.
      reporting = reporting
        .then(() => report(stepReport(step)))
        .then(() => tell(stepEvent(step, cluster.externalName)))
        .catch(() => undefined)
    },
    progress(_, { phase, message }) {
      if (now() - told < PROGRESS) return
      told = now()
      const step = current
      reporting = reporting.then(() => report(stepReport(step, `${phase}: ${message}`))).catch(() => undefined)
    },
  }
  const { id: run = `controller-${object.metadata.uid ?? name}`, allowReplace = false, adoptFrom } = asked ?? {}
  const command = isDeleting
    ? ({ type: 'destroy' } as const)
    : ({ type: 'converge', allowReplace, ...(adoptFrom !== undefined && { adoptFrom }) } as const)
  const place = () =>
    places.take(`${request.cluster}/${configured.name}`, {
      limit: configured.parallel,
      asker: `${request.cluster}/${address}`,
      whenFree: () => comeUp(request),
    })
  let look: LastLook = { at: Number.NEGATIVE_INFINITY, next: Number.NEGATIVE_INFINITY, version: undefined }
  if (!isDeleting) looks.set(key, look)
  const looked = (at: number, next: number, version?: string): void => {
    // What was told of meanwhile is looked at once more.
    if (looks.get(key) !== look) return
    look = { at, next, version }
    looks.set(key, look)
  }
  const result = await converge({ cluster, configured, command, run, place, observer, signal })
  await reporting
  const at = now()
  if (result.outcome !== 'skipped') looked(at, at + REST)
  if (result.outcome === 'skipped') {
    await pending(result.message, '')
    return { requeueAfter: LATER }
  }
  await tell(endEvent(result, cluster.externalName))
  // What is somebody else's keeps nobody's object from going.
  const isOver = ['deleted', 'released', 'left', 'unchanged', 'blocked'].includes(result.outcome)
  const ended = asked === undefined ? {} : { run: runStatus(asked.id, result) }
  if (isDeleting && isOver) {
    // The last that is seen of the object: whoever waits for the run reads it there.
    if (asked !== undefined) await report({ ...deletingReport(result), ...ended })
    await withdrawAccess(client, object)
    await removeFinalizer(client, resource, object, CLUSTER_FINALIZER)
    return undefined
  }
  const end = endReport(result, configured.provider.capabilities().notice)
  const { observed } = result
  const published =
    isDeleting || end.ready.status !== 'True' || observed === undefined
      ? {}
      : await publish({ client, object, cluster, configured, observed, now: now(), signal })
  const { error = end.error, comeAgain = Number.POSITIVE_INFINITY } = published
  const isReady = end.ready.status === 'True' && !isDeleting
  const { provider } = configured
  const { externalName } = cluster
  // What is not ready is looked at in any case, and while it is worked on the world tells of that.
  const isTold = isReady && following.keep(key, { provider, externalName, changed: () => comeUp(request) })
  if (!isReady) following.end(key)
  const version = await report({ ...end, error, ...(isDeleting && { phase: 'Deleting' }), ...ended })
  const next = error === '' ? (isTold ? comeAgain : Math.min(DRIFT, comeAgain)) : LATER
  looked(at, at + next, version)
  return Number.isFinite(next) ? { requeueAfter: next } : undefined
}

/** What cannot be published leaves the cluster as ready as it is. */
async function publish(options: PublishOptions): Promise<{ error?: string; comeAgain?: number }> {
  try {
    const comeAgain = await publishAccess(options)
    return comeAgain === undefined ? {} : { comeAgain }
  } catch (error) {
    if (!isProviderError(error)) throw error
    return { error: error.message }
  }
}

function deletingReport({ message }: Convergence): Report {
  return { phase: 'Deleting', ready: { status: 'False', reason: 'Deleting', message }, error: '' }
}

/** What would lead away from the cluster that is there, and make a second one. */
function movedField({ spec, status = {} }: ClusterObject): string | undefined {
  const { externalName } = status
  if (externalName === undefined || spec.externalName === undefined || spec.externalName === externalName) return
  return `spec.externalName: is immutable: set it back to ${externalName}`
}
