/** core.kcp.io/v1alpha1 LogicalCluster: the singleton `cluster` that says what a logical cluster is and how far it has come. */
import { fieldForbidden, forbidden, type JsonObject, type KubeObject, type UserInfo } from '../../machinery/index.ts'
import {
  type Change,
  type CommitPart,
  epochKey,
  LOGICAL_CLUSTERS,
  type OperationContext,
  pathKey,
  purgeCluster,
  type ResourceDefinition,
  TERMINATING,
} from '../../server/index.ts'
import type { Operation } from '../../storage/index.ts'
import { CORE_GROUP, LOGICAL_CLUSTER_FINALIZER, PATH_ANNOTATION, PHASE_LABEL } from './groups.ts'
import { CONDITIONS, declareKind } from './kind.ts'

const INITIALIZERS: JsonObject = { type: 'array', items: { type: 'string' } }
const PHASES = ['Scheduling', 'Initializing', 'Ready', 'Unavailable', 'Inactive', 'Terminating', 'Deleting']

/** Who may do to a LogicalCluster what its own admin may not (workspaces.md: core.kcp.io/LogicalCluster admission). */
const PRIVILEGED = [
  'system:masters',
  'system:kcp:logical-cluster-admin',
  'system:kcp:external-logical-cluster-admin',
  'system:kcp:tenancy:workspace-bootstrapper',
]

function isPrivileged(user: UserInfo): boolean {
  return user.groups.some((group) => PRIVILEGED.includes(group))
}

export interface LogicalClusterSpec {
  readonly directlyDeletable?: boolean
  readonly initializers?: readonly string[]
}

function specOf(object: KubeObject): LogicalClusterSpec {
  return (object.spec ?? {}) as LogicalClusterSpec
}

export function statusOf(object: KubeObject): { phase?: string; initializers?: string[]; URL?: string } {
  return (object.status ?? {}) as never
}

async function admit(change: Change, { user }: OperationContext): Promise<void> {
  if (isPrivileged(user)) return
  const refuse = (message: string): Error =>
    forbidden({ group: CORE_GROUP, resource: 'logicalclusters' }, 'cluster', message)
  if (change.type === 'create') throw refuse('LogicalCluster cannot be created')
  if (change.type === 'delete' && specOf(change.old).directlyDeletable !== true) {
    throw refuse('LogicalCluster cannot be deleted')
  }
  if (change.type === 'update') {
    const had = change.old.metadata.finalizers?.includes(LOGICAL_CLUSTER_FINALIZER) === true
    const has = change.object.metadata.finalizers?.includes(LOGICAL_CLUSTER_FINALIZER) === true
    if (had && !has) throw refuse(`the finalizer ${LOGICAL_CLUSTER_FINALIZER} can only be removed by the system`)
  }
}

function prepareForUpdate(object: KubeObject): void {
  const status = statusOf(object)
  if (status.phase === 'Initializing' && (status.initializers ?? []).length === 0)
    object.status = { ...status, phase: 'Ready' }
  labelPhase(object)
}

function labelPhase(object: KubeObject): void {
  object.metadata.labels = { ...object.metadata.labels, [PHASE_LABEL]: statusOf(object).phase ?? '' }
}

/** When it begins to end nothing more is born in it; when it is gone, everything that was in it is. */
async function commit(change: Change, context: OperationContext): Promise<CommitPart> {
  if (change.type === 'delete') return { preconditions: [], operations: await remains(change.old, context) }
  const isDeleting = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined
  if (change.type !== 'update' || !isDeleting(change.object) || isDeleting(change.old))
    return { preconditions: [], operations: [] }
  return {
    preconditions: [],
    operations: [{ type: 'put', key: epochKey(context.cluster), value: Buffer.from(TERMINATING) }],
  }
}

async function remains(old: KubeObject, context: OperationContext): Promise<Operation[]> {
  const path = old.metadata.annotations?.[PATH_ANNOTATION]
  const purge = await purgeCluster(context)
  return [...purge, ...(path === undefined ? [] : [{ type: 'delete', key: pathKey(path) } as const])]
}

export function logicalClusterDefinition(externalURL: () => string): ResourceDefinition {
  return declareKind(
    {
      group: CORE_GROUP,
      version: 'v1alpha1',
      kind: LOGICAL_CLUSTERS.names.kind,
      plural: LOGICAL_CLUSTERS.names.plural,
      columns: [
        { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
        { name: 'URL', type: 'string', jsonPath: '.status.URL' },
      ],
      spec: {
        type: 'object',
        default: {},
        properties: {
          directlyDeletable: { type: 'boolean', default: false },
          owner: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          createdBy: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          initializers: INITIALIZERS,
          terminators: INITIALIZERS,
        },
      },
      status: {
        type: 'object',
        default: {},
        properties: {
          URL: { type: 'string' },
          phase: { type: 'string', enum: PHASES, default: 'Scheduling' },
          initializers: INITIALIZERS,
          terminators: INITIALIZERS,
          conditions: CONDITIONS,
        },
      },
    },
    {
      externalURL,
      strategy: {
        prepareForUpdate,
        prepareForDelete: (object) => {
          object.status = { ...statusOf(object), phase: 'Deleting' }
          labelPhase(object)
        },
        admit,
        validate: ({ metadata }) =>
          metadata.name === 'cluster' ? [] : [fieldForbidden('metadata.name', 'the only name is "cluster"')],
        commit,
      },
    },
  )
}
