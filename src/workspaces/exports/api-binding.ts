/** APIBindings as they are served, with kcp's admission `apis.kcp.io/APIBinding`: bound when the create is answered. */
import { isDeepStrictEqual } from 'node:util'
import { fieldInvalid, fieldRequired, type KubeObject, type StatusCause } from '../../machinery/index.ts'
import {
  type Change,
  type CommitPart,
  type OperationContext,
  type ResourceDefinition,
  rangePrefix,
} from '../../server/index.ts'
import type { Operation } from '../../storage/index.ts'
import { API_BINDING, bindingSpec, bindingStatus, exportReference } from '../api/api-binding.ts'
import { API_BINDING_FINALIZER, EXPORT_LABEL, PATH_ANNOTATION } from '../api/groups.ts'
import { declareKind } from '../api/kind.ts'
import { isSystem } from '../privileged.ts'
import { bindingRows } from './endpoints.ts'
import { evaluateBinding, heldIn } from './evaluate-binding.ts'
import { exportHash } from './export-hash.ts'
import { clusterAt, formatReference, mayBind, pathOf, readExport } from './find-export.ts'
import { followBinding, followWorkspace } from './follow-up.ts'
import { isByDefault, maintain } from './maintain-binding.ts'
import { refuse, refuseFields } from './refuse.ts'
import { lockRows } from './resource-locks.ts'

const RESOURCE = 'apibindings'

async function admit(change: Change, context: OperationContext): Promise<void> {
  if (change.type === 'delete') return
  const { object } = change
  const reference = exportReference(object)
  const name = object.metadata.name ?? ''
  const causes = [...referenceCauses(object, change), ...selectorCauses(object)]
  if (causes.length > 0) throw refuseFields(RESOURCE, name, causes)
  if (reference === undefined) return
  const before = change.type === 'update' ? bindingStatus(change.old) : {}
  if (change.type === 'update') keepFinalizer(change.object, change.old, context)
  const cluster = before.apiExportClusterName ?? (await clusterAt(reference.path, context))
  if (change.type === 'create') await requireBind(cluster, object, context)
  const { metadata } = object
  metadata.annotations = { ...metadata.annotations, [PATH_ANNOTATION]: await pathOf(context) }
  metadata.labels = { ...metadata.labels, [EXPORT_LABEL]: exportHash(cluster ?? '', reference.name) }
  if (metadata.deletionTimestamp !== undefined) return
  await maintain(object, cluster, context)
  await evaluateBinding(object, before, context, await heldIn(context))
}

/** One answer for whatever is in the way, so that nobody learns what is there. */
async function requireBind(cluster: string | undefined, object: KubeObject, context: OperationContext): Promise<void> {
  const reference = exportReference(object)
  if (reference === undefined) return
  const found = cluster === undefined ? undefined : await readExport(context.services, cluster, reference.name)
  if (cluster !== undefined && found !== undefined && (await mayBind(context, cluster, reference.name))) return
  const message = `no permission to bind to export ${formatReference(reference)}`
  throw refuse(RESOURCE, object.metadata.name ?? '', message)
}

function referenceCauses(object: KubeObject, change: Change): StatusCause[] {
  const reference = exportReference(object)
  if (reference === undefined) return [fieldRequired('spec.reference.export.name', '')]
  if (change.type !== 'update' || isDeepStrictEqual(reference, exportReference(change.old))) return []
  return [fieldInvalid('spec.reference.export', reference, 'APIExport reference must not be changed')]
}

function selectorCauses(object: KubeObject): StatusCause[] {
  const { permissionClaims = [] } = bindingSpec(object)
  return (Array.isArray(permissionClaims) ? permissionClaims : []).flatMap((claim, index) => {
    const { matchAll = false, matchLabels, matchExpressions } = claim?.selector ?? {}
    const selects = matchLabels !== undefined || matchExpressions !== undefined
    if (matchAll !== selects) return []
    const message = 'exactly one of matchAll and a label selector must be set'
    return [fieldInvalid(`spec.permissionClaims[${index}].selector`, claim?.selector ?? null, message)]
  })
}

/** It holds the binding while there are objects of its resources; whoever has removed them takes it away. */
function keepFinalizer(object: KubeObject, old: KubeObject, { user }: OperationContext): void {
  const has = ({ metadata }: KubeObject): boolean => metadata.finalizers?.includes(API_BINDING_FINALIZER) === true
  if (isSystem(user) || !has(old) || has(object)) return
  throw refuse(
    RESOURCE,
    old.metadata.name ?? '',
    `the finalizer ${API_BINDING_FINALIZER} can only be removed by the system`,
  )
}

async function commit(change: Change, context: OperationContext): Promise<CommitPart> {
  const object = change.type === 'delete' ? change.old : change.object
  const { apiExportClusterName: cluster, boundResources = [] } = bindingStatus(object)
  const reference = exportReference(object)
  const name = object.metadata.name ?? ''
  const locks = await lockRows(name, change.type === 'delete' ? [] : boundResources, context)
  if (change.type === 'update' || cluster === undefined || reference === undefined) return locks
  const swept = change.type === 'delete' ? await leftovers(change.old, context) : []
  const missed = change.type === 'delete' ? await missedByTypes(object, context) : []
  const binding = { name, change: change.type === 'create' ? 'comes' : 'goes' } as const
  const index = await bindingRows({ cluster, name: reference.name }, binding, context)
  return {
    operations: [...locks.operations, ...index.operations, ...swept, ...missed],
    preconditions: [...locks.preconditions, ...index.preconditions],
  }
}

/** Its workspace's types may want it back. */
async function missedByTypes(binding: KubeObject, context: OperationContext): Promise<Operation[]> {
  if (!isByDefault(binding, context.cluster)) return []
  const record = await context.services.logicalClusterOf(context.cluster)
  return record === undefined || record.deleting ? [] : [followWorkspace(context)]
}

/** Objects that no longer were served and so could not be deleted one by one; those that another binding takes over stay. */
async function leftovers(old: KubeObject, context: OperationContext): Promise<Operation[]> {
  const { services, cluster } = context
  const { apiExportClusterName, boundResources = [] } = bindingStatus(old)
  const others = await services.readAll(apiBindingDefinition, cluster, '')
  const name = exportReference(old)?.name
  const waiting = others.filter(
    ({ metadata: { uid, deletionTimestamp } }) => uid !== old.metadata.uid && !deletionTimestamp,
  )
  const isTaken = waiting.some(
    (other) =>
      bindingStatus(other).apiExportClusterName === apiExportClusterName && exportReference(other)?.name === name,
  )
  // What it held may be what another one waits for.
  const followed = waiting
    .filter((other) => !isUpToDate(other))
    .map(({ metadata }) => followBinding(metadata.name ?? '', context))
  if (isTaken) return followed
  const swept = boundResources.map(({ group, resource, schema }) => {
    const range = { group, names: { plural: resource }, identity: schema.identityHash, namespaced: true }
    return { type: 'deletePrefix', prefix: rangePrefix(range, cluster, '') } as const
  })
  return [...swept, ...followed]
}

function isUpToDate(binding: KubeObject): boolean {
  const { conditions = [] } = bindingStatus(binding)
  return conditions.some(({ type, status }) => type === 'BindingUpToDate' && status === 'True')
}

export const apiBindingDefinition: ResourceDefinition = declareKind(API_BINDING, {
  strategy: {
    prepareForCreate: (object) => {
      delete object.status
      object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), API_BINDING_FINALIZER])]
    },
    admit,
    commit,
  },
})
