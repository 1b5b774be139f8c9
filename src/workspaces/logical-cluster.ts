/** LogicalClusters as they are served. */
import { fieldForbidden, type KubeObject } from '../machinery/index.ts'
import {
  type Change,
  type CommitPart,
  epochKey,
  LOGICAL_CLUSTER_NAME,
  type OperationContext,
  pathKey,
  purgeCluster,
  type ResourceDefinition,
  TERMINATING,
  timestamp,
} from '../server/index.ts'
import type { Operation } from '../storage/index.ts'
import { PATH_ANNOTATION } from './api/groups.ts'
import { declareKind } from './api/kind.ts'
import { LOGICAL_CLUSTER } from './api/logical-cluster.ts'
import { initializedCondition, labelPhase, setPhase, tenancyStatus, withCondition } from './api/phase.ts'
import { workspaceRemains } from './begin-end.ts'
import { defaultsPart, settleDefaults } from './default-bindings.ts'
import { endpointRemains } from './endpoints/endpoint-end.ts'
import { admitLogicalCluster } from './logical-cluster-admission.ts'
import { workspaceFollows } from './workspace-follows.ts'

/** Without initializers there is nothing to wait for. */
function prepareForUpdate(object: KubeObject, old: KubeObject, { services }: OperationContext): void {
  const { phase, initializers = [], conditions = [] } = tenancyStatus(object)
  if (tenancyStatus(old).phase === 'Initializing' && phase !== 'Deleting') {
    const time = timestamp(services.now())
    const told = withCondition(conditions, initializedCondition(initializers, time))
    object.status = {
      ...tenancyStatus(object),
      ...(initializers.length === 0 && { phase: 'Ready' }),
      conditions: told,
    }
  }
  labelPhase(object)
}

async function admit(change: Change, context: OperationContext): Promise<void> {
  await admitLogicalCluster(change, context)
  if (change.type !== 'update') return
  if (await settleDefaults(change, context)) prepareForUpdate(change.object, change.old, context)
}

/** When it begins to end nothing more is born in it; when it is gone, everything that was in it is. */
async function commit(change: Change, context: OperationContext): Promise<CommitPart> {
  if (change.type === 'create') return { preconditions: [], operations: [] }
  if (change.type === 'delete') return remains(change.old, context)
  const isDeleting = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined
  if (!isDeleting(change.object)) {
    const [follows, defaults] = await Promise.all([
      workspaceFollows(change.object, context),
      defaultsPart(change.object, context),
    ])
    return {
      operations: [...follows.operations, ...defaults.operations],
      preconditions: [...follows.preconditions, ...defaults.preconditions],
    }
  }
  if (isDeleting(change.old)) return { preconditions: [], operations: [] }
  return {
    preconditions: [],
    operations: [{ type: 'put', key: epochKey(context.cluster), value: Buffer.from(TERMINATING) }],
  }
}

async function remains(old: KubeObject, context: OperationContext): Promise<CommitPart> {
  const path = old.metadata.annotations?.[PATH_ANNOTATION]
  const [endpoint, workspace, purge] = await Promise.all([
    endpointRemains(old, context),
    workspaceRemains(old, context),
    purgeCluster(context),
  ])
  const way: Operation[] = path === undefined ? [] : [{ type: 'delete', key: pathKey(path) }]
  return {
    operations: [...purge, ...way, ...endpoint.operations, ...workspace.operations],
    preconditions: [...endpoint.preconditions, ...workspace.preconditions],
  }
}

export function logicalClusterDefinition(externalURL: () => string): ResourceDefinition {
  return declareKind(LOGICAL_CLUSTER, {
    externalURL,
    strategy: {
      prepareForUpdate,
      prepareForDelete: (object) => setPhase(object, 'Deleting'),
      admit,
      validate: ({ metadata }) =>
        metadata.name === LOGICAL_CLUSTER_NAME
          ? []
          : [fieldForbidden('metadata.name', `the only name is "${LOGICAL_CLUSTER_NAME}"`)],
      commit,
    },
  })
}
