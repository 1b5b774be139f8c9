/** What kcp checks and fills in when a Workspace is created (reference: admission `tenancy.kcp.io/Workspace`, in its order). */
import type { KubeObject, UserInfo } from '../machinery/index.ts'
import type { OperationContext } from '../server/index.ts'
import { ROOT_CLUSTER, timestamp } from '../server/index.ts'
import {
  CLUSTER_NAME_ANNOTATION,
  OWNER_ANNOTATION,
  PATH_ANNOTATION,
  REQUIRED_GROUPS_ANNOTATION,
  SHARD_ANNOTATION,
  SHARD_NAME,
  TENANCY_GROUP,
  TYPE_ANNOTATION,
} from './api/groups.ts'
import { initializedCondition, labelPhase, type TenancyCondition, type TenancyStatus } from './api/phase.ts'
import { type WorkspaceSpec, workspaceSpec } from './api/workspace.ts'
import type { TypeReference } from './api/workspace-type.ts'
import { planDefaults } from './default-bindings.ts'
import { DEFAULT_BINDINGS_INITIALIZER } from './exports/default-exports.ts'
import { isClusterName, joinPath, newClusterName } from './names.ts'
import { isMaster } from './privileged.ts'
import { brokenLimits } from './type-limits.ts'
import { aliasesOf, formatType, parseType, type ResolvedType, refuse, resolveType } from './types.ts'

export async function admitWorkspaceCreate(object: KubeObject, context: OperationContext): Promise<void> {
  const name = object.metadata.name ?? ''
  const { user, services } = context
  setOwner(object, user)
  const parent = await parentOf(context, name)
  copyRequiredGroups(object, parent.object, user)
  const spec = workspaceSpec(object)
  checkPlacement(spec, user, name)
  const wanted = spec.type ?? (await defaultChildType(context, parent, name))
  const type = await resolveType(services, wanted, parent.path)
  if (type === undefined)
    throw refuse(
      name,
      `workspace type ${formatType({ name: wanted.name, path: wanted.path ?? parent.path })} cannot be resolved`,
    )
  spec.type = { name: type.name, path: type.path }
  const aliases = await aliasesOf(context, type, name)
  await requireUse(context, aliases, name)
  const broken = brokenLimits(aliases, await parentAliases(context, parent, name))
  if (broken.length > 0) throw refuse(name, broken.join('; '))
  object.metadata.labels = { ...type.spec.additionalWorkspaceLabels, ...object.metadata.labels }
  spec.cluster ??= newClusterName()
  const path = joinPath(parent.path, name)
  spec.URL = `${context.services.externalURL()}/clusters/${path}`
  const annotations = object.metadata.annotations ?? {}
  object.metadata.annotations = {
    ...annotations,
    [CLUSTER_NAME_ANNOTATION]: spec.cluster,
    [SHARD_ANNOTATION]: SHARD_NAME,
  }
  const defaults = await planDefaults(object, { aliases, cluster: spec.cluster, path }, context)
  const initializers = aliases
    .filter(({ spec: { initializer }, ...alias }) => initializer === true && formatType(alias) !== 'root:universal')
    .map(formatType)
  if (defaults.fault !== undefined) initializers.push(DEFAULT_BINDINGS_INITIALIZER)
  object.status = firstStatus(initializers, defaults.conditions, services.now())
  labelPhase(object)
}

/** Where a workspace lies is the system's to say. */
function checkPlacement({ cluster, URL }: WorkspaceSpec, user: UserInfo, name: string): void {
  if (isMaster(user)) {
    if (cluster === undefined || isClusterName(cluster)) return
    throw refuse(name, `spec.cluster ${JSON.stringify(cluster)} is no name of a logical cluster`)
  }
  if (cluster !== undefined) throw refuse(name, 'spec.Cluster can only be set by system privileged users')
  if (URL !== undefined) throw refuse(name, 'spec.URL can only be set by system privileged users')
}

/** What root:universal's initializer does, and that of default bindings if it can, is done inside the create; others are waited for. */
function firstStatus(
  initializers: readonly string[],
  conditions: readonly TenancyCondition[],
  now: number,
): TenancyStatus {
  const lastTransitionTime = timestamp(now)
  return {
    phase: initializers.length === 0 ? 'Ready' : 'Initializing',
    ...(initializers.length > 0 && { initializers: [...initializers] }),
    conditions: [
      { type: 'WorkspaceScheduled', status: 'True', lastTransitionTime },
      initializedCondition(initializers, lastTransitionTime),
      ...conditions,
    ],
  }
}

/** Who it belongs to is never the caller's word. */
function setOwner(object: KubeObject, user: UserInfo): void {
  if (isMaster(user)) return
  const { username, uid, groups, extra } = user
  const owner = JSON.stringify({
    username,
    ...(uid !== undefined && { uid }),
    groups,
    ...(extra !== undefined && { extra }),
  })
  object.metadata.annotations = { ...object.metadata.annotations, [OWNER_ANNOTATION]: owner }
}

interface Parent {
  readonly object: KubeObject
  readonly path: string
  /** The type of the parent workspace; system logical clusters have none. */
  readonly type: TypeReference | undefined
}

async function parentOf({ services, cluster }: OperationContext, name: string): Promise<Parent> {
  const record = await services.logicalClusterOf(cluster)
  if (record === undefined) throw refuse(name, 'workspaces cannot be created in this logical cluster')
  const annotations = record.object.metadata.annotations ?? {}
  return {
    object: record.object,
    path: annotations[PATH_ANNOTATION] ?? cluster,
    type: parseType(annotations[TYPE_ANNOTATION]),
  }
}

function copyRequiredGroups(object: KubeObject, parent: KubeObject, user: UserInfo): void {
  const { [REQUIRED_GROUPS_ANNOTATION]: given, ...others } = object.metadata.annotations ?? {}
  if (given !== undefined && isMaster(user)) return
  const required = parent.metadata.annotations?.[REQUIRED_GROUPS_ANNOTATION]
  object.metadata.annotations = {
    ...others,
    ...(required !== undefined && { [REQUIRED_GROUPS_ANNOTATION]: required }),
  }
}

async function defaultChildType({ services }: OperationContext, parent: Parent, name: string): Promise<TypeReference> {
  const type = parent.type && (await resolveType(services, parent.type, parent.path))
  const wanted = type?.spec.defaultChildWorkspaceType
  if (wanted === undefined)
    throw refuse(name, 'spec.type must be set: the parent workspace has no default child workspace type')
  return wanted
}

async function parentAliases(context: OperationContext, parent: Parent, name: string): Promise<ResolvedType[]> {
  const type = parent.type && (await resolveType(context.services, parent.type, ROOT_CLUSTER))
  return type === undefined ? [] : aliasesOf(context, type, name)
}

async function requireUse(
  { services, user }: OperationContext,
  aliases: readonly ResolvedType[],
  name: string,
): Promise<void> {
  for (const alias of aliases) {
    const resource = { cluster: alias.cluster, group: TENANCY_GROUP, resource: 'workspacetypes', name: alias.name }
    if (await services.permits(user, 'use', resource)) continue
    throw refuse(
      name,
      `unable to use workspace type ${formatType(alias)}: missing verb='use' permission on workspacetype`,
    )
  }
}
