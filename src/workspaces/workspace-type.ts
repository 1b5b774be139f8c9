/** WorkspaceTypes as they are served, with kcp's admission `tenancy.kcp.io/WorkspaceType` and `kcp.io/PathAnnotation`. */
import { isDeepStrictEqual } from 'node:util'
import { fieldInvalid, forbidden, type KubeObject, type StatusCause } from '../machinery/index.ts'
import {
  type Change,
  type CommitPart,
  type OperationContext,
  type ResourceDefinition,
  ROOT_CLUSTER,
  readLogicalCluster,
} from '../server/index.ts'
import { PATH_ANNOTATION } from './api/groups.ts'
import { declareKind } from './api/kind.ts'
import { type DefaultAPIBinding, WORKSPACE_TYPE, workspaceTypeSpec } from './api/workspace-type.ts'
import { clusterAt, formatReference, mayBind } from './exports/find-export.ts'
import { followType } from './exports/follow-up.ts'

/** Names that mean something else. */
const RESERVED = ['any', 'system']

function validate({ metadata }: KubeObject, { cluster }: Pick<OperationContext, 'cluster'>): StatusCause[] {
  const { name = '' } = metadata
  const isReserved = RESERVED.includes(name) || (name === 'root' && cluster !== ROOT_CLUSTER)
  return isReserved ? [fieldInvalid('metadata.name', name, 'is a reserved name')] : []
}

async function admit(change: Change, context: OperationContext): Promise<void> {
  if (change.type === 'delete') return
  await setPath(change, context)
  await requireBind(change, context)
}

/**
 * Workspaces are bound by the system: whoever adds an export to a type must be able to bind it. One answer for whatever is in
 * the way, so that nobody learns what is there; an export that is yet to come is fine where RBAC names it.
 */
async function requireBind(change: Exclude<Change, { type: 'delete' }>, context: OperationContext): Promise<void> {
  const before = change.type === 'update' ? (workspaceTypeSpec(change.old).defaultAPIBindings ?? []) : []
  for (const reference of bindingsOf(change.object)) {
    if (before.some((each) => isDeepStrictEqual(each, reference))) continue
    const { path, export: name } = reference
    const cluster = await clusterAt(path, context)
    const record = cluster === undefined ? undefined : await context.services.logicalClusterOf(cluster)
    if (cluster !== undefined && record !== undefined && (await mayBind(context, cluster, name))) continue
    const to = formatReference({ name, ...(path !== undefined && { path }) })
    throw forbidden(
      { group: WORKSPACE_TYPE.group, resource: WORKSPACE_TYPE.plural },
      change.object.metadata.name ?? '',
      `unable to create or update WorkspaceType: no permission to bind to export ${to}`,
    )
  }
}

/** Hooks run before the schema has vouched for the shape. */
function bindingsOf(object: KubeObject): DefaultAPIBinding[] {
  const { defaultAPIBindings = [] } = workspaceTypeSpec(object)
  return (Array.isArray(defaultAPIBindings) ? defaultAPIBindings : []).filter(
    (each: Partial<DefaultAPIBinding> | null) => typeof each?.export === 'string',
  )
}

/** What its workspaces are held to may have changed with it. */
async function commit(change: Change, context: OperationContext): Promise<CommitPart> {
  const isFollowed =
    change.type === 'update' &&
    workspaceTypeSpec(change.object).defaultAPIBindingLifecycle === 'Maintain' &&
    !isDeepStrictEqual(change.object.spec, change.old.spec)
  const operations = isFollowed ? [followType(change.object.metadata.name ?? '', context)] : []
  return { operations, preconditions: [] }
}

/** The canonical path of the workspace that it is in, whatever its writer says. */
async function setPath(
  change: Exclude<Change, { type: 'delete' }>,
  { services, cluster }: OperationContext,
): Promise<void> {
  const record = await readLogicalCluster(services.store, cluster)
  const path = record?.object.metadata.annotations?.[PATH_ANNOTATION] ?? cluster
  const { metadata } = change.object
  metadata.annotations = { ...metadata.annotations, [PATH_ANNOTATION]: path }
}

export const workspaceTypeDefinition: ResourceDefinition = declareKind(WORKSPACE_TYPE, {
  nameRule: 'DNS1123Label',
  strategy: { admit, validate, commit },
})
