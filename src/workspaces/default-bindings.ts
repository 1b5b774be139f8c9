/**
 * When a workspace gets the bindings of its types: in the commit that makes it, and whenever its LogicalCluster is written,
 * be it without a change, while the initializer `system:apibindings` is left or one of its types says `Maintain`.
 */
import { isDeepStrictEqual } from 'node:util'
import { isStatus, type KubeObject } from '../machinery/index.ts'
import { type Change, type CommitPart, type OperationContext, ROOT_CLUSTER, timestamp } from '../server/index.ts'
import { PATH_ANNOTATION, RESOURCE_BINDINGS_ANNOTATION } from './api/groups.ts'
import { type TenancyCondition, tenancyStatus, withCondition } from './api/phase.ts'
import { apiBindingDefinition } from './exports/api-binding.ts'
import type { Fault } from './exports/conditions.ts'
import { DEFAULT_BINDINGS_INITIALIZER, defaultExports, maintainedExports } from './exports/default-exports.ts'
import { followWorkspace } from './exports/follow-up.ts'
import { defaultBindingRows, type MadeBindings, makeDefaultBindings } from './exports/make-default-bindings.ts'
import { formatLocks, parseLocks } from './exports/resource-locks.ts'
import { typeLabel } from './exports/type-label.ts'
import { type ResolvedType, typesOf } from './types.ts'

const INITIALIZED = 'APIBindingsInitialized'
const RECONCILED = 'APIBindingsReconciled'
const NOTHING: CommitPart = { operations: [], preconditions: [] }

interface Decision {
  readonly made: MadeBindings
  /** Of a new LogicalCluster. */
  readonly labels: Readonly<Record<string, string>>
}

/** What admission has decided of an object is carried out in the commit of that object. */
const decided = new WeakMap<KubeObject, Decision>()

interface NewWorkspace {
  readonly aliases: readonly ResolvedType[]
  readonly cluster: string
  readonly path: string
}

/** Of a Workspace that is about to be made. */
export async function planDefaults(
  workspace: KubeObject,
  { aliases, cluster, path }: NewWorkspace,
  context: OperationContext,
): Promise<{ fault: Fault | undefined; conditions: TenancyCondition[] }> {
  const wanted = defaultExports(aliases)
  const labels = typeLabels(aliases)
  if (wanted.length === 0) {
    const made = { cluster, made: [], locks: {}, fault: undefined }
    if (!isDeepStrictEqual(labels, {})) decided.set(workspace, { made, labels })
    return { fault: undefined, conditions: [] }
  }
  const { all } = await context.services.definitionsOf(cluster)
  const place = { cluster, path, bindings: [], held: { locks: {}, served: all } }
  const made = await makeDefaultBindings(wanted, place, context, 'bound')
  decided.set(workspace, { made, labels })
  const conditions = made.fault === undefined ? [] : [conditionOf(INITIALIZED, made.fault, context)]
  if (maintainedExports(aliases).length > 0 && made.fault === undefined)
    conditions.push(conditionOf(RECONCILED, undefined, context))
  return { fault: made.fault, conditions }
}

/** Of a LogicalCluster that is written. Says whether an initializer has ended with it. */
export async function settleDefaults(
  { object, old }: Extract<Change, { type: 'update' }>,
  context: OperationContext,
): Promise<boolean> {
  const { annotations = {}, deletionTimestamp } = object.metadata
  if (deletionTimestamp !== undefined) return false
  const { initializers = [] } = tenancyStatus(object)
  const isWaiting = initializers.includes(DEFAULT_BINDINGS_INITIALIZER)
  const types = await typesOf(old, context).catch((error: unknown) => {
    if (!isStatus(error, 'Forbidden')) throw error
    const fault = { reason: 'WorkspaceTypesInvalid', severity: 'Error', message: error.message } as const
    if (isWaiting) tell(object, INITIALIZED, fault, context)
    return undefined
  })
  if (types === undefined) return false
  const wanted = isWaiting ? defaultExports(types) : maintainedExports(types)
  if (!isWaiting && wanted.length === 0) return false
  const { cluster, services } = context
  const bindings = await services.readAll(apiBindingDefinition, cluster, '')
  const before = parseLocks(annotations[RESOURCE_BINDINGS_ANNOTATION])
  const held = { locks: before, served: (await services.definitionsOf(cluster)).all }
  const place = { cluster, path: annotations[PATH_ANNOTATION] ?? cluster, bindings, held }
  const made = await makeDefaultBindings(wanted, place, context, isWaiting ? 'bound' : 'reconciled')
  decided.set(object, { made, labels: {} })
  if (held.locks !== before)
    object.metadata.annotations = { ...annotations, [RESOURCE_BINDINGS_ANNOTATION]: formatLocks(held.locks) }
  tell(object, isWaiting ? INITIALIZED : RECONCILED, made.fault, context)
  if (!isWaiting || made.fault !== undefined) return false
  const left = initializers.filter((initializer) => initializer !== DEFAULT_BINDINGS_INITIALIZER)
  object.status = { ...tenancyStatus(object), initializers: left } as unknown as KubeObject['status']
  return true
}

/** @param object the Workspace or LogicalCluster of the commit */
export async function defaultsPart(object: KubeObject, context: OperationContext): Promise<CommitPart> {
  const decision = decided.get(object)
  if (decision === undefined) return NOTHING
  const { made } = decision
  const { operations, preconditions } = await defaultBindingRows(made, context)
  const later = made.fault === undefined ? [] : [followWorkspace({ ...context, cluster: made.cluster })]
  return { operations: [...operations, ...later], preconditions }
}

/** What the LogicalCluster of a new Workspace says of its types and their bindings. */
export function defaultsMetadata(
  workspace: KubeObject,
): Required<Pick<KubeObject['metadata'], 'labels' | 'annotations'>> {
  const { made, labels = {} } = decided.get(workspace) ?? {}
  const isLocked = made !== undefined && made.made.length > 0
  return { labels, annotations: isLocked ? { [RESOURCE_BINDINGS_ANNOTATION]: formatLocks(made.locks) } : {} }
}

/** By what its types find it; those of `root` that bind nothing are everybody's. */
function typeLabels(aliases: readonly ResolvedType[]): Record<string, string> {
  const followed = aliases.filter(({ cluster, spec }) => cluster !== ROOT_CLUSTER || spec.defaultAPIBindings?.length)
  return Object.fromEntries(followed.map(({ cluster, name }) => [typeLabel(cluster, name), '']))
}

function tell(object: KubeObject, type: string, fault: Fault | undefined, context: OperationContext): void {
  const status = tenancyStatus(object)
  const conditions = withCondition(status.conditions ?? [], conditionOf(type, fault, context))
  object.status = { ...status, conditions } as unknown as KubeObject['status']
}

function conditionOf(type: string, fault: Fault | undefined, { services }: OperationContext): TenancyCondition {
  const status = fault === undefined ? 'True' : 'False'
  return { type, status, ...fault, lastTransitionTime: timestamp(services.now()) }
}
