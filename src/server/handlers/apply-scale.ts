/**
 * Server-side apply of the scale subresource: the configuration is applied to the Scale, and who owns its spec.replicas owns
 * the object's number of replicas (apiextensions-apiserver/pkg/registry/customresource/etcd.go, ScaleREST.Update).
 */
import {
  applyConflict,
  applyMistyped,
  applyPatch,
  badRequest,
  builtInType,
  conflictCauses,
  conflictMessage,
  emptyObjectOf,
  type FieldManager,
  formatApiVersion,
  type KubeObject,
  managedOfScale,
  managedOfScaled,
  notFound,
  parseApiVersion,
  type ReplicasPaths,
} from '../../machinery/index.ts'
import type { Answer } from '../answer.ts'
import { BODY_LIMIT } from '../body.ts'
import { expectedKind } from '../built-in-body.ts'
import { operationContext, type ResourceContext } from '../context.ts'
import type { Subresource } from '../definition.ts'
import { checkPlace, timestamp } from '../metadata.ts'
import { presentObject } from '../read.ts'
import { readConfiguration } from './apply-configuration.ts'
import { attempt, groupResource } from './attempt.ts'
import { replace } from './update.ts'

export interface ApplyOptions {
  readonly dryRun: boolean
  readonly force: boolean
}

/** @param context of a write that does not settle who owns what. */
export async function applyScale(
  context: ResourceContext,
  subresource: Subresource,
  manager: string,
  { dryRun, force }: ApplyOptions,
): Promise<Answer> {
  const { definition, info, parts, cluster } = context
  const { object: config } = await readConfiguration(
    await context.request.body(BODY_LIMIT),
    expectedKind(definition, info.subresource),
  )
  checkPlace(definition, config, info.namespace, info.name)
  return attempt(context, info.name, async () => {
    const current = await parts.reader.get(definition, cluster, info.namespace, info.name)
    if (current === undefined) throw notFound(groupResource(context), info.name)
    const pathAt = await replicasPaths(context, subresource)
    const old = presentObject(definition, current, cluster)
    const scale = applied(context, { subresource, manager, force, pathAt, config }, old)
    const operation = operationContext(context, info.name, dryRun)
    const object = subresource.update?.(scale, structuredClone(old), operation) ?? structuredClone(old)
    const { managedFields } = scale.metadata
    object.metadata.managedFields = managedOfScaled(
      old.metadata.managedFields,
      managedFields,
      formatApiVersion(definition),
      pathAt,
    )
    return replace(context, { object, old, current, given: config.metadata.resourceVersion ?? '', dryRun })
  })
}

interface ScaleApply {
  readonly subresource: Subresource
  readonly manager: string
  readonly force: boolean
  readonly pathAt: ReplicasPaths
  readonly config: KubeObject
}

/** The Scale as the configuration wants it, with its managers. */
function applied(
  { parts }: ResourceContext,
  { subresource, manager, force, pathAt, config }: ScaleApply,
  old: KubeObject,
): KubeObject {
  const live = subresource.read?.(old) ?? old
  live.metadata.managedFields = managedOfScale(old.metadata.managedFields, pathAt)
  const outcome = applyPatch(scaleManager(manager, live.apiVersion, parts.now()), live, config, force)
  if (outcome.type === 'refused') throw badRequest(outcome.message)
  if (outcome.type === 'mistyped') throw applyMistyped(outcome.message)
  if (outcome.type === 'conflicts') {
    throw applyConflict(conflictMessage(outcome.conflicts), conflictCauses(outcome.conflicts))
  }
  return outcome.object
}

function scaleManager(name: string, apiVersion: string, now: number): FieldManager {
  const { group = '', version = '' } = parseApiVersion(apiVersion) ?? {}
  const type = builtInType(group, version, 'Scale')
  const versions = {
    isForeign: () => false,
    typeAt: (at: string) => (at === apiVersion ? type : undefined),
    convert: <T>(object: T): T => object,
    ignoredAt: () => undefined,
  }
  const empty = { apiVersion, kind: 'Scale', ...emptyObjectOf(group, version, 'Scale') }
  return { name, apiVersion, subresource: 'scale', versions, empty, now: timestamp(now) }
}

export async function replicasPaths(
  { definition, parts, cluster, info }: ResourceContext,
  { replicasPath }: Subresource,
): Promise<ReplicasPaths> {
  const definitions = await parts.definitionsOf(cluster)
  return (apiVersion) => {
    if (apiVersion === formatApiVersion(definition)) return replicasPath ?? null
    const { group, version = '' } = parseApiVersion(apiVersion) ?? {}
    if (group !== definition.group) return undefined
    const other = definitions.find(group, version, definition.names.plural)
    return other === undefined ? undefined : (other.subresources[info.subresource]?.replicasPath ?? null)
  }
}
