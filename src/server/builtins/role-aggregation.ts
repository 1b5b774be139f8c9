/**
 * Which ClusterRoles take in the rules of others, and when that has to be done anew: the index of those that do, and a note to
 * the controller in the commit of whatever concerns them (kubernetes/pkg/controller/clusterroleaggregation).
 */
import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from '../../machinery/index.ts'
import { escapeSegment, type Operation, type Precondition, unescapeSegment } from '../../storage/index.ts'
import { chore } from '../chores.ts'
import type { Change, CommitPart, OperationContext } from '../definition.ts'
import { AGGREGATING } from '../keys.ts'
import { isFields, objectsIn } from './untyped.ts'

const CONTROLLER = 'clusterrole-aggregation-controller'
/** More of them than this in one logical cluster are not all told at once: the controller's own writes tell the rest. */
const TOLD_AT_ONCE = 50
const EMPTY = Buffer.alloc(0)

export async function noteAggregation(change: Change, { cluster, services }: OperationContext): Promise<CommitPart> {
  const object = change.type === 'delete' ? undefined : change.object
  const old = change.type === 'create' ? undefined : change.old
  if (isSame(object, old)) return { operations: [], preconditions: [] }
  const { name = '' } = (object ?? old)?.metadata ?? {}
  const prefix = `${AGGREGATING}${escapeSegment(cluster)}/`
  const key = prefix + escapeSegment(name)
  const operations: Operation[] = []
  const preconditions: Precondition[] = []
  const aggregates = object !== undefined && isAggregated(object)
  if (aggregates) operations.push({ type: 'put', key, value: EMPTY }, chore(CONTROLLER, cluster, '', name))
  else if (old !== undefined && isAggregated(old)) operations.push({ type: 'delete', key })
  const others = await services.store.range({ prefix, limit: TOLD_AT_ONCE })
  for (const row of others.rows) {
    if (row.key !== key) operations.push(chore(CONTROLLER, cluster, '', unescapeSegment(row.key.slice(prefix.length))))
  }
  // One that comes to be meanwhile has to see this role, or to be told of it.
  if (others.rows.length === 0) preconditions.push({ type: 'noneUnder', prefix })
  return { operations, preconditions }
}

function isAggregated({ aggregationRule }: KubeObject): boolean {
  return isFields(aggregationRule) && objectsIn(aggregationRule.clusterRoleSelectors).length > 0
}

/** In all that another role could take in, or be told by. */
function isSame(one: KubeObject | undefined, other: KubeObject | undefined): boolean {
  if (one === undefined || other === undefined) return false
  return isDeepStrictEqual(
    [one.metadata.labels, one.rules, one.aggregationRule],
    [other.metadata.labels, other.rules, other.aggregationRule],
  )
}
