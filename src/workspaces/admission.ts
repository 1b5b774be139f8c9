/** What kcp checks and fills in when a Workspace is created (reference: admission `tenancy.kcp.io/Workspace`, in its order). */
import type { KubeObject, UserInfo } from '../machinery/index.ts'
import type { Change, OperationContext } from '../server/index.ts'
import { ROOT_CLUSTER, readLogicalCluster } from '../server/index.ts'
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
import { labelPhase, workspaceSpec } from './api/workspace.ts'
import type { TypeReference } from './api/workspace-type.ts'
import { joinPath, newClusterName } from './names.ts'
import { brokenLimits } from './type-limits.ts'
import { aliasesOf, formatType, type ResolvedType, refuse, resolveType } from './types.ts'

const MASTERS = 'system:masters'

export async function admitWorkspace(change: Change, context: OperationContext): Promise<void> {
  if (change.type !== 'create') return
  const { object } = change
  const name = object.metadata.name ?? ''
  const { user, services } = context
  setOwner(object, user, name)
  const parent = await parentOf(context, name)
  copyRequiredGroups(object, parent.object, name)
  const spec = workspaceSpec(object)
  if (spec.cluster !== undefined && !user.groups.includes(MASTERS))
    throw refuse(name, 'spec.cluster can only be set by system privileged users')
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
  const initializers = aliases
    .filter(({ spec: { initializer }, ...alias }) => initializer === true && formatType(alias) !== 'root:universal')
    .map(formatType)
  object.status = statusOf(initializers, services.now())
  labelPhase(object)
}

/** root:universal's own initializer runs inside the create; those of others are waited for. */
function statusOf(initializers: readonly string[], now: number): KubeObject['status'] {
  const lastTransitionTime = `${new Date(now).toISOString().slice(0, 19)}Z`
  const done = { status: 'True', lastTransitionTime }
  const waiting = {
    status: 'False',
    severity: 'Info',
    reason: 'InitializerExists',
    lastTransitionTime,
    message: `Initializers still exist: [${initializers.join(' ')}]`,
  }
  return {
    phase: initializers.length === 0 ? 'Ready' : 'Initializing',
    ...(initializers.length > 0 && { initializers: [...initializers] }),
    conditions: [
      { type: 'WorkspaceScheduled', ...done },
      { type: 'WorkspaceInitialized', ...(initializers.length === 0 ? done : waiting) },
    ],
  }
}

function setOwner(object: KubeObject, user: UserInfo, name: string): void {
  const owner = JSON.stringify({
    username: user.username,
    ...(user.uid !== undefined && { uid: user.uid }),
    groups: user.groups,
    ...(user.extra !== undefined && { extra: user.extra }),
  })
  const given = object.metadata.annotations?.[OWNER_ANNOTATION]
  if (user.groups.includes(MASTERS)) return
  if (given !== undefined && given !== owner)
    throw refuse(name, `expected user annotation ${OWNER_ANNOTATION}=${owner}`)
  object.metadata.annotations = { ...object.metadata.annotations, [OWNER_ANNOTATION]: owner }
}

interface Parent {
  readonly object: KubeObject
  readonly path: string
  /** The type of the parent workspace; system logical clusters have none. */
  readonly type: TypeReference | undefined
}

async function parentOf({ services, cluster }: OperationContext, name: string): Promise<Parent> {
  const record = await readLogicalCluster(services.store, cluster)
  if (record === undefined) throw refuse(name, 'workspaces cannot be created in this logical cluster')
  const annotations = record.object.metadata.annotations ?? {}
  const typed = annotations[TYPE_ANNOTATION]
  const end = typed?.lastIndexOf(':') ?? -1
  return {
    object: record.object,
    path: annotations[PATH_ANNOTATION] ?? cluster,
    type: typed === undefined ? undefined : { path: typed.slice(0, end), name: typed.slice(end + 1) },
  }
}

function copyRequiredGroups(object: KubeObject, parent: KubeObject, name: string): void {
  const required = parent.metadata.annotations?.[REQUIRED_GROUPS_ANNOTATION]
  const given = object.metadata.annotations?.[REQUIRED_GROUPS_ANNOTATION]
  if (given !== undefined && given !== required)
    throw refuse(name, `expected groups annotation ${REQUIRED_GROUPS_ANNOTATION}=${required ?? ''}`)
  if (required !== undefined)
    object.metadata.annotations = { ...object.metadata.annotations, [REQUIRED_GROUPS_ANNOTATION]: required }
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
