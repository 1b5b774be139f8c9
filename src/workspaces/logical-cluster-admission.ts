/** What the admins of a logical cluster may not do to its LogicalCluster: kcp's admission `core.kcp.io/LogicalCluster`. */
import { isDeepStrictEqual } from 'node:util'
import { forbidden, type KubeObject } from '../machinery/index.ts'
import { type Change, LOGICAL_CLUSTER_NAME, type OperationContext } from '../server/index.ts'
import { CORE_GROUP, LOGICAL_CLUSTER_FINALIZER } from './api/groups.ts'
import { logicalClusterSpec } from './api/logical-cluster.ts'
import { tenancyStatus } from './api/phase.ts'
import { isSystem } from './privileged.ts'

const IMMUTABLE = ['owner', 'createdBy', 'initializers'] as const
const ORDER = ['', 'Scheduling', 'Initializing', 'Ready']

export async function admitLogicalCluster(change: Change, { user }: OperationContext): Promise<void> {
  if (isSystem(user)) return
  const message = refusalOf(change)
  if (message === undefined) return
  throw forbidden({ group: CORE_GROUP, resource: 'logicalclusters' }, LOGICAL_CLUSTER_NAME, message)
}

function refusalOf(change: Change): string | undefined {
  if (change.type === 'create') return 'LogicalCluster cannot be created'
  if (change.type === 'update') return specRefusal(change) ?? statusRefusal(change)
  return logicalClusterSpec(change.old).directlyDeletable === true ? undefined : 'LogicalCluster cannot be deleted'
}

type Update = Extract<Change, { type: 'update' }>

function specRefusal({ object, old }: Update): string | undefined {
  const isHeld = ({ metadata }: KubeObject) => metadata.finalizers?.includes(LOGICAL_CLUSTER_FINALIZER) === true
  if (isHeld(old) && !isHeld(object)) {
    return `the finalizer ${LOGICAL_CLUSTER_FINALIZER} can only be removed by the system`
  }
  const [now, before] = [logicalClusterSpec(object), logicalClusterSpec(old)]
  const changed = IMMUTABLE.find((field) => !isDeepStrictEqual(now[field], before[field]))
  return changed === undefined ? undefined : `spec.${changed} is immutable`
}

function statusRefusal({ object, old }: Update): string | undefined {
  const [now, before] = [tenancyStatus(object), tenancyStatus(old)]
  const [had, has] = [new Set(before.initializers), new Set(now.initializers)]
  // An empty list ends the phase Initializing by itself (prepareForUpdate).
  const initializing = before.phase === 'Initializing'
  if (initializing && !has.isSubsetOf(had)) return 'status.initializers must not grow'
  if (!initializing && !(has.isSubsetOf(had) && had.isSubsetOf(has))) {
    return 'status.initializers is immutable after initialization'
  }
  if (initializing && now.phase !== 'Initializing' && has.size > 0) return 'status.initializers is not empty'
  if (ORDER.indexOf(before.phase ?? '') > ORDER.indexOf(now.phase ?? '')) {
    return `cannot transition from "${before.phase ?? ''}" to "${now.phase ?? ''}"`
  }
  return undefined
}
