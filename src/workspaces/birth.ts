/** All that a new workspace is made of, beside the Workspace object: rows of the same commit. */
import { badRequest, type KubeObject } from '../machinery/index.ts'
import {
  ACTIVE,
  type Change,
  type CommitPart,
  clusterRoleBinding,
  encodeRow,
  epochKey,
  LOGICAL_CLUSTER_NAME,
  type OperationContext,
  objectKey,
  pathKey,
  type ResourceDefinition,
  timestamp,
} from '../server/index.ts'
import type { Operation } from '../storage/index.ts'
import {
  LOGICAL_CLUSTER_FINALIZER,
  OWNER_ANNOTATION,
  PATH_ANNOTATION,
  PHASE_LABEL,
  REQUIRED_GROUPS_ANNOTATION,
  SHARD_ANNOTATION,
  SHARD_NAME,
  TENANCY_GROUP,
  TYPE_ANNOTATION,
} from './api/groups.ts'
import { workspaceSpec } from './api/workspace.ts'
import { defaultsMetadata, defaultsPart } from './default-bindings.ts'
import { joinPath } from './names.ts'
import { formatType, refuse } from './types.ts'

const NOTHING: CommitPart = { operations: [], preconditions: [] }

export async function workspaceBirth(
  change: Change,
  context: OperationContext,
  logicalCluster: ResourceDefinition,
): Promise<CommitPart> {
  if (change.type !== 'create') return NOTHING
  const { object } = change
  const spec = workspaceSpec(object)
  const { cluster, type } = spec
  if (cluster === undefined || type === undefined) throw badRequest('the workspace has not been admitted')
  const parent = await context.services.logicalClusterOf(context.cluster)
  const path = joinPath(
    parent?.object.metadata.annotations?.[PATH_ANNOTATION] ?? context.cluster,
    object.metadata.name ?? '',
  )
  const made = logicalClusterOf(
    object,
    { path, cluster, type: formatType({ path: type.path ?? '', name: type.name }) },
    context,
  )
  const operations = clusterRows(logicalCluster, cluster, path, made)
  const username = context.user.username
  const defaults = await defaultsPart(object, context)
  const taken = () => refuse(object.metadata.name ?? '', `the logical cluster ${cluster} or the path ${path} is in use`)
  return {
    operations: [...operations, workspaceAdmin(cluster, username, context), ...defaults.operations],
    preconditions: [
      { type: 'absent', key: pathKey(path) },
      { type: 'absent', key: epochKey(cluster) },
      ...defaults.preconditions,
    ],
    // What its bindings were decided by has changed since: they are decided anew.
    refused: (failed) => (failed < 2 ? taken() : undefined),
  }
}

/** A logical cluster's first rows: its LogicalCluster, its epoch, and the way to it. */
export function clusterRows(
  definition: ResourceDefinition,
  cluster: string,
  path: string,
  object: KubeObject,
): Operation[] {
  return [
    {
      type: 'put',
      key: objectKey(definition, cluster, '', LOGICAL_CLUSTER_NAME),
      value: encodeRow(definition, object),
    },
    { type: 'put', key: epochKey(cluster), value: Buffer.from(ACTIVE) },
    { type: 'put', key: pathKey(path), value: Buffer.from(cluster) },
  ]
}

interface Place {
  readonly path: string
  readonly cluster: string
  readonly type: string
}

function logicalClusterOf(
  workspace: KubeObject,
  { path, cluster, type }: Place,
  context: OperationContext,
): KubeObject {
  const { services, user } = context
  const annotations = workspace.metadata.annotations ?? {}
  const status = workspace.status as { phase: string; initializers?: string[]; conditions: unknown }
  const inherited = [OWNER_ANNOTATION, REQUIRED_GROUPS_ANNOTATION].flatMap((key) => {
    const value = annotations[key]
    return value === undefined ? [] : [[key, value] as const]
  })
  const { initializers } = status
  const defaults = defaultsMetadata(workspace)
  return {
    apiVersion: 'core.kcp.io/v1alpha1',
    kind: 'LogicalCluster',
    metadata: {
      name: LOGICAL_CLUSTER_NAME,
      uid: services.random.uid(),
      creationTimestamp: workspace.metadata.creationTimestamp ?? '',
      generation: 1,
      labels: { [PHASE_LABEL]: status.phase, ...defaults.labels },
      annotations: {
        [PATH_ANNOTATION]: path,
        [TYPE_ANNOTATION]: type,
        [SHARD_ANNOTATION]: SHARD_NAME,
        ...Object.fromEntries(inherited),
        ...defaults.annotations,
      },
      finalizers: [LOGICAL_CLUSTER_FINALIZER],
    },
    spec: {
      directlyDeletable: false,
      owner: {
        apiVersion: `${TENANCY_GROUP}/v1alpha1`,
        resource: 'workspaces',
        name: workspace.metadata.name,
        cluster: context.cluster,
        uid: workspace.metadata.uid,
      },
      createdBy: { username: user.username, groups: user.groups },
      ...(initializers !== undefined && { initializers }),
    },
    status: {
      URL: `${services.externalURL()}/clusters/${cluster}`,
      phase: status.phase,
      ...(initializers !== undefined && { initializers }),
      conditions: status.conditions,
    },
  }
}

/** The creator is the admin of the workspace, and of nothing else. */
function workspaceAdmin(cluster: string, username: string, { services }: OperationContext): Operation {
  const object: KubeObject = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: {
      name: 'workspace-admin',
      uid: services.random.uid(),
      creationTimestamp: timestamp(services.now()),
    },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: username }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  }
  return {
    type: 'put',
    key: objectKey(clusterRoleBinding, cluster, '', 'workspace-admin'),
    value: encodeRow(clusterRoleBinding, object),
  }
}
