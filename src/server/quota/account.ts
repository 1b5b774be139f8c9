/**
 * Counts an object into the ResourceQuotas of its namespace, in the commit that writes or removes it: what is used is never
 * more than what is allowed, and is never wrong. Where there is no quota, a create pays nothing in the store: a new quota gives
 * the namespace a new epoch (builtins/resource-quota.ts), which undoes creates that have not seen it.
 */
import { forbidden, type KubeObject } from '../../machinery/index.ts'
import type { Operation } from '../../storage/index.ts'
import { RESOURCE_QUOTA_CONTROLLER, resourceQuota } from '../builtins/resource-quota.ts'
import { chore } from '../chores.ts'
import type { Change, OperationContext } from '../definition.ts'
import { objectKey, rangePrefix } from '../keys.ts'
import { trackFields } from '../managed-fields.ts'
import { presentObject, type SeenRow } from '../read.ts'
import { encodeRow } from '../row.ts'
import { virtualNames } from '../virtual.ts'
import type { Guarded, WriteTarget } from '../write.ts'
import { countedNames } from './counted-names.ts'
import { countInto } from './quota-status.ts'

/** More than this in one namespace is nobody's intention, and would not fit into a commit. */
const MAX_QUOTAS = 50

/** What the counting adds to the commit. Disposing of it lets the next one count. */
export interface Account extends Disposable {
  readonly operations: readonly Operation[]
}

/** Undefined where nothing is counted. Throws the 403 of an object that is one too many. */
export async function openAccount(
  target: WriteTarget,
  change: Change,
  guards: Guarded[],
): Promise<Account | undefined> {
  const { definition, context } = target
  if (change.type === 'update' || !definition.namespaced) return undefined
  const { cluster, services, signal } = context
  const { namespace = '', name = '' } = (change.type === 'create' ? change.object : change.old).metadata
  const names = countedNames(definition)
  // What exists by itself is there before and after.
  if (names.length === 0 || virtualNames(definition).has(name)) return undefined
  if (!(await services.quotas.isLimited(cluster, namespace))) {
    const prefix = rangePrefix(resourceQuota, cluster, namespace)
    if (change.type === 'delete') guards.push({ precondition: { type: 'noneUnder', prefix } })
    return undefined
  }
  const turn = await services.quotas.turn(cluster, namespace, signal)
  try {
    const operations = await count(target, change, names, guards)
    return { operations, [Symbol.dispose]: () => turn[Symbol.dispose]() }
  } catch (error) {
    turn[Symbol.dispose]()
    throw error
  }
}

async function count(
  { definition, context, reader }: WriteTarget,
  change: Change,
  names: readonly string[],
  guards: Guarded[],
): Promise<Operation[]> {
  const { cluster } = context
  const object = change.type === 'create' ? change.object : change.old
  const { namespace = '', name = '' } = object.metadata
  const own = objectKey(definition, cluster, namespace, name)
  const operations: Operation[] = []
  const { rows } = await reader.page(resourceQuota, { cluster, namespace, limit: MAX_QUOTAS })
  for (const row of rows) {
    if (row.key === own) continue
    const verdict = countInto(presentObject(resourceQuota, row, cluster), names, change.type === 'create' ? 1 : -1)
    if (verdict.type === 'unconcerned') continue
    if (verdict.type === 'refused') {
      if (verdict.reason.startsWith('status unknown')) await recount(context, namespace, row, cluster)
      throw forbidden({ group: definition.group, resource: definition.names.plural }, name, verdict.reason)
    }
    guards.push({ precondition: { type: 'version', key: row.key, version: row.version } })
    // While objects are being counted, a new version tells the controller to count anew.
    const value = verdict.type === 'counted' ? await used(verdict.quota, row, context) : row.value
    operations.push({ type: 'put', key: row.key, value })
  }
  return operations
}

/** Upstream the server writes what is used as a client of its own. */
async function used(quota: KubeObject, row: SeenRow, context: OperationContext): Promise<Buffer> {
  const writer = { ...context, fieldManager: 'kube-apiserver', subresource: 'status' }
  await trackFields(resourceQuota, quota, presentObject(resourceQuota, row, context.cluster), writer)
  return encodeRow(resourceQuota, quota)
}

async function recount(
  { services, dryRun }: OperationContext,
  namespace: string,
  row: SeenRow,
  cluster: string,
): Promise<void> {
  if (dryRun) return
  const { name = '' } = presentObject(resourceQuota, row, cluster).metadata
  const operations = [chore(RESOURCE_QUOTA_CONTROLLER, cluster, namespace, name)]
  await services.store.commit({ lane: cluster, preconditions: [], operations })
}
