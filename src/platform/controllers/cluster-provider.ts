/** Says whether a ClusterProvider can be used. One that is deleted stays until nothing needs it any more: without it no cluster could be ended. */
import type { Client } from '../../client/index.ts'
import {
  type ControllerDefinition,
  find,
  hasFinalizer,
  patchStatus,
  type ReconcileContext,
  type Request,
  type Result,
  removeFinalizer,
  type SourceContext,
  startController,
  watching,
} from '../../controller/index.ts'
import { type ClusterProvider, isProviderError } from '../../providers/index.ts'
import { opening, type ProviderTypes, readProvider } from '../engine/read-desired.ts'
import {
  CLUSTER_FINALIZER,
  CLUSTER_PROVIDERS,
  CLUSTER_RESOURCES,
  type ClusterProviderObject,
  IN_USE_FINALIZER,
  scopeOf,
} from './cluster-object.ts'
import { conditionsOf, type Report } from './cluster-status.ts'
import { type Following, following } from './following.ts'
import { problemText, sourceOf } from './object-source.ts'

/** Milliseconds. */
const LOOK_AGAIN = 1000
const STILL_THERE = 60_000

export function clusterProviderController(types: ProviderTypes): ControllerDefinition {
  const name = 'clusterprovider-controller'
  return {
    name,
    rules: [
      {
        apiGroups: ['platform.keelson.dev'],
        resources: ['clusterproviders'],
        verbs: ['get', 'list', 'watch', 'patch'],
      },
      { apiGroups: ['core.kcp.io'], resources: ['logicalclusters'], verbs: ['get'] },
      { apiGroups: ['platform.keelson.dev'], resources: ['clusterproviders/status'], verbs: ['patch'] },
      { apiGroups: ['platform.keelson.dev'], resources: ['controlcenters', 'platforms'], verbs: ['list'] },
    ],
    start({ client, clock, log, signal }) {
      const told = following()
      let enqueue: SourceContext['enqueue'] = () => undefined
      const controller = startController({
        name,
        client,
        clock,
        log,
        signal,
        sources: [
          async (source) => {
            enqueue = source.enqueue
          },
          watching(CLUSTER_PROVIDERS),
        ],
        reconcile: (request, context) => reconcile(request, { types, told, comeUp: () => enqueue(request) }, context),
      })
      return {
        async [Symbol.asyncDispose]() {
          await controller[Symbol.asyncDispose]()
          told[Symbol.dispose]()
        },
      }
    },
  }
}

interface Means {
  readonly types: ProviderTypes
  readonly told: Following
  readonly comeUp: () => void
}

async function reconcile(request: Request, { types, told, comeUp }: Means, context: ReconcileContext): Promise<Result> {
  const { name } = request
  const key = `${request.cluster}/${name}`
  const { client, now } = context
  const provider = await find(client, CLUSTER_PROVIDERS, name)
  if (provider === undefined || provider.metadata.deletionTimestamp !== undefined) told.end(key)
  if (provider === undefined) return undefined
  if (provider.metadata.deletionTimestamp !== undefined) {
    if (!hasFinalizer(provider, IN_USE_FINALIZER)) return undefined
    if (await isInUse(name, client)) return { requeueAfter: LOOK_AGAIN }
    await removeFinalizer(client, CLUSTER_PROVIDERS, provider, IN_USE_FINALIZER)
    return undefined
  }
  const { conditions: before = [], ...status } = provider.status ?? {}
  const observedGeneration = provider.metadata.generation ?? 0
  const report = await reportOf(provider, types, context)
  const { world } = report
  const isTold = world !== undefined && told.keep(key, { provider: world, externalName: '', changed: comeUp })
  const conditions = conditionsOf(before, report, observedGeneration, now())
  await patchStatus(client, CLUSTER_PROVIDERS, provider, { ...status, conditions, observedGeneration })
  return isTold && report.error === '' ? undefined : { requeueAfter: STILL_THERE }
}

/** Whether it can be used, and whether the world behind it answers. */
async function reportOf(
  object: ClusterProviderObject,
  types: ProviderTypes,
  { client, signal }: ReconcileContext,
): Promise<Pick<Report, 'ready' | 'error'> & { readonly world?: ClusterProvider }> {
  // A workspace without a path has no clusters.
  const scope = (await scopeOf(client)) ?? { org: '', workspace: '' }
  const read = readProvider(sourceOf(object), opening(types, scope))
  if (!read.ok) {
    const error = read.error.map(problemText).join('; ')
    return { ready: { status: 'False', reason: 'Unavailable', message: error }, error }
  }
  const { provider: world, ownerTag } = read.value
  try {
    await world.list(ownerTag, signal)
  } catch (error) {
    if (!isProviderError(error)) throw error
    return { ready: { status: 'Unknown', reason: 'Unavailable', message: error.message }, error: error.message, world }
  }
  return { ready: { status: 'True', reason: 'Available', message: world.capabilities().notice }, error: '', world }
}

async function isInUse(name: string, client: Client): Promise<boolean> {
  for (const resource of Object.values(CLUSTER_RESOURCES)) {
    for await (const object of client.items(resource)) {
      if (object.spec.providerRef.name === name && hasFinalizer(object, CLUSTER_FINALIZER)) return true
    }
  }
  return false
}
