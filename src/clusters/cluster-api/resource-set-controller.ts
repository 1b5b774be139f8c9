/**
 * ClusterResourceSet (internal/controllers/clusterresourceset): what ConfigMaps and Secrets of a control center hold is made in
 * the clusters that a selector chooses, once or each time that it changes; what became of it stands in a
 * ClusterResourceSetBinding of the Cluster's name.
 */
import type { Client } from '../../client/index.ts'
import {
  addFinalizer,
  type ControllerDefinition,
  find,
  formatTime,
  informed,
  ownerReference,
  patchStatus,
  type ReconcileContext,
  type Request,
  type Result,
  removeFinalizer,
  requestFor,
  setCondition,
  startController,
  startInformer,
  watching,
} from '../../controller/index.ts'
import {
  type Condition,
  KeelsonError,
  type LabelSelector,
  type ObjectMeta,
  parseLabelSelector,
} from '../../machinery/index.ts'
import type { Allows } from '../existing/connection.ts'
import { applyContent } from './apply-content.ts'
import { CLUSTERS, type Cluster, NAME_LABEL, PAUSED_ANNOTATION } from './cluster.ts'
import { type Definitions, definitionsOf } from './definitions.ts'
import { SECRETS, type Secret } from './kubeconfig-secret.ts'
import { connectToCluster } from './remote-cluster.ts'
import { type Content, readContent } from './resource-content.ts'
import {
  CONFIG_MAPS,
  RESOURCE_SETS,
  type ResourceBinding,
  type ResourceReference,
  type ResourceSet,
  SET_FINALIZER,
  SET_SECRET_TYPE,
} from './resource-set.ts'
import { bindingFor, recordOf, removeBindings, writeRecord } from './resource-set-binding.ts'
import { selectorText } from './selector-text.ts'

/** Milliseconds until a cluster that does not answer is tried again. */
const TROUBLE = 30_000

interface Means {
  readonly allows: Allows
  readonly definitions: Definitions
}

/** `allows`: which addresses Secrets of a control center may make this process connect to. */
export function resourceSetController(allows: Allows): ControllerDefinition {
  const name = 'cluster-api-resource-set-controller'
  return {
    name,
    rules: [],
    start({ client, clock, log, signal }) {
      const definitions = definitionsOf(RESOURCE_SETS)
      const stop = new AbortController()
      const within = AbortSignal.any([signal, stop.signal])
      // Sets are few, and asked at each change of a ConfigMap or a Secret.
      const sets = startInformer({ client, resource: RESOURCE_SETS, clock, log, signal: within })
      const meant = (means: (set: ResourceSet) => boolean) => sets.list().filter(means).map(requestFor)
      const controller = startController({
        name,
        client,
        clock,
        log,
        signal: within,
        sources: [
          definitions.source,
          informed(sets),
          watching(CLUSTERS, { map: ({ metadata }) => meant((set) => isMeantBy(set, metadata)) }),
          watching(CONFIG_MAPS, { map: ({ metadata }) => meant((set) => holds(set, 'ConfigMap', metadata)) }),
          watching(SECRETS, {
            map: ({ metadata }) => meant((set) => holds(set, 'Secret', metadata) || isKubeconfigBeside(set, metadata)),
          }),
        ],
        reconcile: (request, context) => reconcile(request, { allows, definitions }, context),
      })
      return {
        async [Symbol.asyncDispose]() {
          stop.abort()
          await controller[Symbol.asyncDispose]()
        },
      }
    },
  }
}

function isMeantBy(set: ResourceSet, { namespace, labels = {} }: ObjectMeta): boolean {
  const selector = selectorOf(set)
  return set.metadata.namespace === namespace && selector?.matches(labels) === true
}

function holds({ metadata, spec }: ResourceSet, kind: string, { namespace, name }: ObjectMeta): boolean {
  return metadata.namespace === namespace && spec.resources.some((each) => each.kind === kind && each.name === name)
}

/** With it the cluster can be reached. */
function isKubeconfigBeside({ metadata }: ResourceSet, { namespace, name, labels }: ObjectMeta): boolean {
  return metadata.namespace === namespace && name === `${labels?.[NAME_LABEL]}-kubeconfig`
}

/** Undefined where it chooses nothing: an empty one, which would be everything, and one that is no selector. */
function selectorOf({ spec }: ResourceSet): LabelSelector | undefined {
  const parsed = parseLabelSelector(selectorText(spec.clusterSelector))
  return parsed.ok && parsed.value.requirements.length > 0 ? parsed.value : undefined
}

async function reconcile(
  { namespace, name }: Request,
  { allows, definitions }: Means,
  context: ReconcileContext,
): Promise<Result> {
  const { client, now, signal } = context
  if (!definitions.areOurs()) return undefined
  const read = await find(client, RESOURCE_SETS, name, { namespace })
  if (read === undefined) return undefined
  if (read.metadata.deletionTimestamp !== undefined) {
    await removeBindings(client, read)
    await removeFinalizer(client, RESOURCE_SETS, read, SET_FINALIZER)
    return undefined
  }
  const set = await addFinalizer(client, RESOURCE_SETS, read, SET_FINALIZER)
  const isPaused = set.metadata.annotations?.[PAUSED_ANNOTATION] !== undefined
  if (isPaused) {
    await say(client, set, [PAUSED], now())
    return undefined
  }
  const selector = selectorOf(set)
  const clusters: Cluster[] = []
  if (selector !== undefined) {
    for await (const cluster of client.items(CLUSTERS, { namespace, labelSelector: selector.toString(), signal })) {
      if (cluster.metadata.deletionTimestamp === undefined) clusters.push(cluster)
    }
  }
  const contents = await readResources(client, set)
  const failures: Failure[] = [...contents.failures]
  for (const cluster of clusters) {
    failures.push(...(await applyTo(cluster, set, contents.read, { allows, context })))
  }
  const waits = failures.some(({ isTransient }) => isTransient)
  await say(
    client,
    set,
    [NOT_PAUSED, ...(clusters.length > 0 || failures.length > 0 ? [applied(failures)] : [])],
    now(),
  )
  return waits ? { requeueAfter: TROUBLE } : undefined
}

interface Failure {
  readonly reason: string
  readonly message: string
  /** A watch does not tell when it is over. */
  readonly isTransient: boolean
}

type Told = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

const NOT_PAUSED: Told = { type: 'Paused', status: 'False', reason: 'NotPaused', message: '' }
const PAUSED: Told = {
  type: 'Paused',
  status: 'True',
  reason: 'Paused',
  message: 'ClusterResourceSet has the cluster.x-k8s.io/paused annotation',
}

function applied(failures: readonly Failure[]): Told {
  const type = 'ResourcesApplied'
  const [first] = failures
  if (first === undefined) return { type, status: 'True', reason: 'Applied', message: '' }
  return { type, status: 'False', reason: first.reason, message: failures.map(({ message }) => message).join('\n') }
}

async function say(client: Client, set: ResourceSet, told: readonly Told[], now: number): Promise<void> {
  const observedGeneration = set.metadata.generation ?? 0
  const conditions = told.reduce<readonly Condition[]>(
    (all, each) => setCondition<Condition>(all, { ...each, observedGeneration }, now),
    set.status?.conditions ?? [],
  )
  await patchStatus(client, RESOURCE_SETS, set, { ...set.status, observedGeneration, conditions })
}

type Read = ReadonlyMap<ResourceReference, Content>

/** Each resource that is there, with the set among its owners. One that is missing is waited for. */
async function readResources(client: Client, set: ResourceSet): Promise<{ read: Read; failures: Failure[] }> {
  const { namespace = '' } = set.metadata
  const read = new Map<ResourceReference, Content>()
  const failures: Failure[] = []
  for (const reference of set.spec.resources) {
    const { kind, name } = reference
    const resource = kind === 'Secret' ? SECRETS : CONFIG_MAPS
    const fail = (reason: string, message: string) =>
      failures.push({ reason, message: `${kind} ${name}: ${message}`, isTransient: false })
    const object = await find<Secret>(client, resource, name, { namespace })
    if (object === undefined) {
      fail('InternalError', 'not found')
      continue
    }
    if (kind === 'Secret' && object.type !== SET_SECRET_TYPE) {
      fail('WrongSecretType', `its type is not supported; it must be ${SET_SECRET_TYPE}`)
      continue
    }
    await own(client, set, resource, object)
    const content = readContent(reference, object.data)
    if (content.ok) read.set(reference, content.value)
    else fail('NotApplied', content.error)
  }
  return { read, failures }
}

async function own(client: Client, set: ResourceSet, resource: typeof SECRETS, { metadata }: Secret): Promise<void> {
  const { name = '', namespace = '', resourceVersion, ownerReferences = [] } = metadata
  if (ownerReferences.some(({ uid }) => uid === set.metadata.uid)) return
  const patch = { metadata: { resourceVersion, ownerReferences: [...ownerReferences, ownerReference(set)] } }
  await client.patch(resource, name, 'merge', patch, { namespace })
}

interface Surroundings {
  readonly allows: Allows
  readonly context: ReconcileContext
}

/** What is recorded as made is not made again, in `Reconcile` as long as its hash is the same. */
async function applyTo(
  cluster: Cluster,
  set: ResourceSet,
  read: Read,
  { allows, context }: Surroundings,
): Promise<readonly Failure[]> {
  const { client, now, signal } = context
  const strategy = set.spec.strategy ?? 'ApplyOnce'
  const recorded = recordOf(await bindingFor(client, cluster, set), set)
  const due = [...read].filter(([reference, { hash }]) => {
    const before = recorded.find((each) => each.kind === reference.kind && each.name === reference.name)
    return before?.applied !== true || (strategy === 'Reconcile' && before.hash !== hash)
  })
  if (due.length === 0) return []
  const failures: Failure[] = []
  const where = `Cluster ${cluster.metadata.name}`
  const outcomes: ResourceBinding[] = []
  try {
    using remote = await connectToCluster(client, cluster, allows)
    if (remote === undefined)
      return [{ reason: 'InternalError', message: `${where} has no kubeconfig yet`, isTransient: false }]
    for (const [{ kind, name }, { objects, hash }] of due) {
      const wrong = await applyContent(remote.client, objects, strategy, signal)
      outcomes.push({ kind, name, hash, applied: wrong === undefined, lastAppliedTime: formatTime(now()) })
      if (wrong === undefined) continue
      failures.push({ reason: 'NotApplied', message: `${where}: ${kind} ${name}: ${wrong}`, isTransient: true })
    }
  } catch (error) {
    signal.throwIfAborted()
    failures.push({ reason: 'InternalError', message: `${where}: ${textOf(error)}`, isTransient: true })
  }
  if (outcomes.length > 0) await writeRecord(client, cluster, set, outcomes)
  return failures
}

/** No answer of an API server is passed on: it may repeat what was sent. */
function textOf(error: unknown): string {
  return error instanceof KeelsonError ? `${error.message}; ${error.remedy}` : 'it could not be reached'
}
