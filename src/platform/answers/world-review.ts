/** Answers a WorldReview: the world is read where the providers are. */
import { type AnswerContext, type AnswerDefinition, resourceRef } from '../../controller/index.ts'
import { forbidden, type KubeObject } from '../../machinery/index.ts'
import type { ObservedCluster } from '../../providers/index.ts'
import { PLATFORM_API_VERSION } from '../api/declare-kind.ts'
import { CLUSTER_PROVIDERS, CLUSTER_RESOURCES, scopeOf } from '../controllers/cluster-object.ts'
import { sourceOf } from '../controllers/object-source.ts'
import { type ConfiguredProvider, digestOf, type Scope } from '../engine/desired.ts'
import { addressOf } from '../engine/manifest.ts'
import { opening, type ProviderTypes, readProvider } from '../engine/read-desired.ts'
import type { PresentObject, ProviderAnswer, ProviderQuestion, WorldAnswer, WorldReview } from '../engine/review.ts'
import { checkManifest } from '../engine/schemas.ts'
import { listOf, lookAt } from '../engine/world.ts'

export const WORLD_REVIEWS = resourceRef<WorldReview>(PLATFORM_API_VERSION, 'worldreviews', { namespaced: false })

export function worldReviewAnswer(types: ProviderTypes): AnswerDefinition {
  return {
    name: 'world-reviewer',
    resource: WORLD_REVIEWS,
    rules: [
      {
        apiGroups: ['platform.keelson.dev'],
        resources: ['clusterproviders', 'controlcenters', 'platforms'],
        verbs: ['get', 'list'],
      },
      { apiGroups: ['core.kcp.io'], resources: ['logicalclusters'], verbs: ['get'] },
    ],
    async answer(asked, context) {
      const status = await review(asked as WorldReview, types, context)
      return { ...asked, status }
    },
  }
}

async function review({ spec }: WorldReview, types: ProviderTypes, context: AnswerContext): Promise<WorldAnswer> {
  const { client } = context
  const [scope = { org: '', workspace: '' }, { items: stored }, objects] = await Promise.all([
    scopeOf(client),
    client.list(CLUSTER_PROVIDERS),
    objectsOf(context),
  ])
  const { providers: asked = [] } = spec
  const questions = asked.length > 0 ? asked : stored.map(({ metadata: { name = '' } }) => ({ name }))
  const providers = await Promise.all(
    questions.map((question) => {
      const present = stored.find(({ metadata }) => metadata.name === question.name)
      return answerOf(question, present, { scope, types, context })
    }),
  )
  return { scope, objects, providers }
}

async function objectsOf({ client }: AnswerContext): Promise<PresentObject[]> {
  const objects: PresentObject[] = []
  for (const [kind, resource] of Object.entries(CLUSTER_RESOURCES)) {
    for await (const { metadata, spec } of client.items(resource)) {
      objects.push({ address: addressOf(kind, metadata.name ?? ''), provider: spec.providerRef.name })
    }
  }
  return objects
}

interface Surroundings {
  readonly scope: Scope
  readonly types: ProviderTypes
  readonly context: AnswerContext
}

async function answerOf(
  { name, spec, externalNames = [] }: ProviderQuestion,
  stored: KubeObject | undefined,
  { scope, types, context }: Surroundings,
): Promise<ProviderAnswer> {
  if (spec === undefined && stored === undefined) return { name }
  const object = {
    apiVersion: PLATFORM_API_VERSION,
    kind: 'ClusterProvider',
    metadata: { name },
    spec: spec ?? stored?.spec,
  }
  if (spec !== undefined) await checkRight(object, stored, context)
  const read = readProvider(sourceOf(object), opening(types, scope))
  if (!read.ok) {
    return {
      name,
      spec: object.spec,
      faults: read.error.map(({ field, message, remedy }) => ({ field, message, remedy })),
    }
  }
  return { name, spec: object.spec, ...(await worldOf(read.value, externalNames, scope, context.signal)) }
}

/** Who asks by a ClusterProvider that is not there sees what it would show: that takes the right to write it. */
async function checkRight(
  object: KubeObject,
  stored: KubeObject | undefined,
  { permits }: AnswerContext,
): Promise<void> {
  const defaulted = checkManifest(sourceOf(object)).source.object.spec
  if (stored !== undefined && digestOf(stored.spec) === digestOf(defaulted)) return
  const resource = { group: CLUSTER_PROVIDERS.group, resource: CLUSTER_PROVIDERS.resource }
  const verb = stored === undefined ? 'create' : 'patch'
  const name = object.metadata.name ?? ''
  if (await permits(verb, { ...resource, name })) return
  throw forbidden(resource, name, `asking by a spec that is not the workspace's takes the right to ${verb} it`)
}

async function worldOf(
  configured: ConfiguredProvider,
  externalNames: readonly string[],
  { workspace }: Scope,
  signal: AbortSignal,
): Promise<Pick<ProviderAnswer, 'capabilities' | 'unreachable' | 'clusters' | 'looks'>> {
  const isHere = ({ identity }: ObservedCluster) =>
    identity === undefined || `${identity.workspace}:`.startsWith(`${workspace}:`)
  const [list, looks] = await Promise.all([
    listOf(configured, signal),
    Promise.all(
      externalNames.map(async (externalName) => ({
        externalName,
        look: await lookAt(configured, externalName, signal),
      })),
    ),
  ])
  return {
    capabilities: configured.provider.capabilities(),
    ...(list.unreachable !== undefined && { unreachable: list.unreachable }),
    clusters: list.clusters.filter(isHere),
    looks,
  }
}
