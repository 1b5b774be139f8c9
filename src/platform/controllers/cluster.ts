/**
 * Converges ControlCenters and Platforms with the engine of the command line, one object at a time. What an object says is
 * what the last look at the world has shown; it decides nothing, and losing it loses nothing.
 */
import {
  addFinalizer,
  type ControllerDefinition,
  find,
  hasFinalizer,
  isTrue,
  type ReconcileContext,
  type Request,
  type Result,
  removeFinalizer,
  startController,
  watching,
} from '../../controller/index.ts'
import { converge, type Observer } from '../engine/converge.ts'
import { dependenciesOf } from '../engine/desired.ts'
import { opening, type ProviderTypes, readOne } from '../engine/read-desired.ts'
import {
  CLUSTER_FINALIZER,
  CLUSTER_PROVIDERS,
  CLUSTER_RESOURCES,
  type ClusterKind,
  type ClusterObject,
  IN_USE_FINALIZER,
  scopeOf,
} from './cluster-object.ts'
import { endReport, type Report, stepReport, writeReport } from './cluster-status.ts'
import { problemText, sourceOf } from './object-source.ts'

/** Milliseconds: for what others have to bring about, and for what may change without anybody telling. */
const SOON = 1000
const DRIFT = 60_000

export function clusterController(kind: ClusterKind, types: ProviderTypes): ControllerDefinition {
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
        verbs: ['get', 'list'],
      },
      { apiGroups: ['platform.keelson.dev'], resources: ['clusterproviders'], verbs: ['patch'] },
      { apiGroups: ['core.kcp.io'], resources: ['logicalclusters'], verbs: ['get'] },
    ],
    start: ({ client, clock, log, signal }) =>
      startController({
        name,
        client,
        clock,
        log,
        signal,
        concurrency: 32,
        perCluster: 4,
        sources: [watching(CLUSTER_RESOURCES[kind])],
        reconcile: (request, context) => reconcile(kind, types, request, context),
      }),
  }
}

async function reconcile(
  kind: ClusterKind,
  types: ProviderTypes,
  { name }: Request,
  context: ReconcileContext,
): Promise<Result> {
  const { client, now, signal } = context
  const resource = CLUSTER_RESOURCES[kind]
  const object = await find(client, resource, name)
  if (object === undefined) return undefined
  const isDeleting = object.metadata.deletionTimestamp !== undefined
  if (isDeleting && !hasFinalizer(object, CLUSTER_FINALIZER)) return undefined
  const report = (told: Report) => writeReport(client, kind, name, told, now())
  const pending = async (message: string, error: string): Promise<Result> => {
    const reason = isDeleting ? 'Deleting' : 'Unavailable'
    // What was made stays what it is.
    const phase = isDeleting ? 'Deleting' : object.status?.externalID === undefined ? 'Pending' : undefined
    await report({ ...(phase !== undefined && { phase }), ready: { status: 'False', reason, message }, error })
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
  const read = readOne(sourceOf(object), sourceOf(providerObject), { scope, open: opening(types) })
  if (!read.ok) {
    const message = read.error.map(problemText).join('; ')
    await pending(message, message)
    // Nothing helps but a change, and that of the object is told; that of its provider is looked for.
    return { requeueAfter: DRIFT }
  }
  const obstacle = isDeleting ? await dependentOf(kind, name, context) : await unmet(object, context)
  if (obstacle !== undefined) return pending(`waits for ${obstacle}`, '')

  if (!isDeleting && !hasFinalizer(object, CLUSTER_FINALIZER)) {
    if (providerObject.metadata.deletionTimestamp !== undefined) {
      return pending(`ClusterProvider "${providerRef.name}" is being deleted`, '')
    }
    await addFinalizer(client, CLUSTER_PROVIDERS, providerObject, IN_USE_FINALIZER)
    await addFinalizer(client, resource, object, CLUSTER_FINALIZER)
  }
  const { cluster, configured } = read.value
  let reporting: Promise<void> = Promise.resolve()
  const observer: Observer = {
    // The finalizer is the record: from then on the world is asked by the deterministic name, whatever happens.
    record: async () => undefined,
    step(_, step) {
      // A report that fails is made up for by the last one.
      reporting = reporting.then(() => report(stepReport(step))).catch(() => undefined)
    },
    progress: () => undefined,
  }
  const command = { type: isDeleting ? 'destroy' : 'converge' } as const
  const run = `controller-${object.metadata.uid ?? name}`
  const result = await converge({ cluster, configured, command, run, observer, signal })
  await reporting
  // What is somebody else's keeps nobody's object from going.
  const isOver = ['deleted', 'released', 'left', 'unchanged', 'blocked'].includes(result.outcome)
  if (isDeleting && isOver) {
    await removeFinalizer(client, resource, object, CLUSTER_FINALIZER)
    return undefined
  }
  const told = endReport(result, configured.provider.capabilities().notice)
  await report(isDeleting ? { ...told, phase: 'Deleting' } : told)
  return { requeueAfter: told.error === '' ? DRIFT : SOON * 10 }
}

/** What would lead away from the cluster that is there, and make a second one. */
function movedField({ spec, status = {} }: ClusterObject): string | undefined {
  const { providerRef, externalName } = status
  if (providerRef !== undefined && providerRef.name !== spec.providerRef.name) {
    return `spec.providerRef.name: is immutable: set it back to ${providerRef.name}`
  }
  if (externalName === undefined || spec.externalName === undefined || spec.externalName === externalName) return
  return `spec.externalName: is immutable: set it back to ${externalName}`
}

/** The first that must be ready before, and is not. */
async function unmet({ spec }: ClusterObject, { client }: ReconcileContext): Promise<string | undefined> {
  for (const { address } of dependenciesOf(spec)) {
    const [kind, name = ''] = address.split('/')
    const found = await find(client, CLUSTER_RESOURCES[kind as ClusterKind], name)
    if (!isTrue(found?.status?.conditions ?? [], 'Ready')) return address
  }
  return undefined
}

/** One that still needs what is to be deleted: it goes first. */
async function dependentOf(kind: ClusterKind, name: string, { client }: ReconcileContext): Promise<string | undefined> {
  const wanted = `${kind}/${name}`
  for (const other of ['Platform', 'ControlCenter'] as const) {
    for await (const object of client.items(CLUSTER_RESOURCES[other])) {
      if (!dependenciesOf(object.spec).some(({ address }) => address === wanted)) continue
      if (hasFinalizer(object, CLUSTER_FINALIZER)) return `${other}/${object.metadata.name ?? ''}`
    }
  }
  return undefined
}
