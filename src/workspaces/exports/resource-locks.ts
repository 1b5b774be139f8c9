/**
 * Which APIBinding holds which resource of a logical cluster: kcp's annotation on the LogicalCluster, written in the
 * commit of the binding, so that two bindings never hold one resource.
 */
import { conflict, OBJECT_MODIFIED } from '../../machinery/index.ts'
import {
  type CommitPart,
  encodeRow,
  LOGICAL_CLUSTER_NAME,
  LOGICAL_CLUSTERS,
  type OperationContext,
  objectKey,
  readLogicalCluster,
} from '../../server/index.ts'
import type { BoundResource } from '../api/api-binding.ts'
import { APIS_GROUP, CORE_GROUP, RESOURCE_BINDINGS_ANNOTATION } from '../api/groups.ts'

/** `<resource>.<group>` -> the binding that holds it. */
export type Locks = Readonly<Record<string, { readonly n?: string }>>

export function lockName({ group, resource }: Pick<BoundResource, 'group' | 'resource'>): string {
  return `${resource}.${group}`
}

export function parseLocks(text: string | undefined): Locks {
  try {
    const parsed: unknown = JSON.parse(text ?? '{}')
    return typeof parsed === 'object' && parsed !== null ? (parsed as Locks) : {}
  } catch {
    return {}
  }
}

export function formatLocks(locks: Locks): string {
  return JSON.stringify(Object.fromEntries(Object.entries(locks).toSorted()))
}

export async function readLocks({ services, cluster }: OperationContext): Promise<Locks> {
  const record = await readLogicalCluster(services.store, cluster)
  return parseLocks(record?.object.metadata.annotations?.[RESOURCE_BINDINGS_ANNOTATION])
}

/** From here on the binding holds these resources, and no others. */
export async function lockRows(
  binding: string,
  resources: readonly BoundResource[],
  context: OperationContext,
): Promise<CommitPart> {
  const { services, cluster } = context
  const record = await readLogicalCluster(services.store, cluster)
  const definition = (await services.definitionsOf(cluster)).findKind(
    CORE_GROUP,
    'v1alpha1',
    LOGICAL_CLUSTERS.names.kind,
  )
  if (record === undefined || definition === undefined) return { operations: [], preconditions: [] }
  const { annotations = {} } = record.object.metadata
  const before = parseLocks(annotations[RESOURCE_BINDINGS_ANNOTATION])
  const locks: Record<string, { n?: string }> = {}
  for (const [name, lock] of Object.entries(before)) if (lock.n !== binding) locks[name] = lock
  for (const resource of resources) {
    // What was free when it was looked at has been taken since.
    if (locks[lockName(resource)] !== undefined)
      throw conflict({ group: APIS_GROUP, resource: 'apibindings' }, binding, OBJECT_MODIFIED)
    locks[lockName(resource)] = { n: binding }
  }
  const key = objectKey(definition, cluster, '', LOGICAL_CLUSTER_NAME)
  const guard = { type: 'version', key, version: record.version } as const
  const text = formatLocks(locks)
  if (text === (annotations[RESOURCE_BINDINGS_ANNOTATION] ?? '{}')) return { operations: [], preconditions: [guard] }
  record.object.metadata.annotations = { ...annotations, [RESOURCE_BINDINGS_ANNOTATION]: text }
  return { operations: [{ type: 'put', key, value: encodeRow(definition, record.object) }], preconditions: [guard] }
}
