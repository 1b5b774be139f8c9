/** Lifecycle epochs: nothing is born into a logical cluster or namespace that is ending. */
import { forbidden, type GroupResource, type KubeObject, notFound, type StatusError } from '../machinery/index.ts'
import type { Operation } from '../storage/index.ts'
import type { Change, ResourceDefinition } from './definition.ts'
import { epochKey } from './keys.ts'
import { LOGICAL_CLUSTERS } from './logical-cluster.ts'
import { VIRTUAL_NAMESPACES } from './virtual.ts'
import type { Guarded, WriteTarget } from './write.ts'

export const ACTIVE = 'Active'
export const TERMINATING = 'Terminating'

/** An object may only be born into a logical cluster and a namespace that are not ending. */
export async function guardBirth(target: WriteTarget, object: KubeObject, guards: Guarded[]): Promise<void> {
  await guardEpochs(target, object, guards, 'refuse')
}

/** The first write of a virtual object makes a row, which must not outlive its namespace or logical cluster. */
export async function guardFirstWrite(target: WriteTarget, object: KubeObject, guards: Guarded[]): Promise<void> {
  await guardEpochs(target, object, guards, 'allow')
}

async function guardEpochs(
  { definition, context }: WriteTarget,
  object: KubeObject,
  guards: Guarded[],
  whenTerminating: 'refuse' | 'allow',
): Promise<void> {
  const { cluster, services } = context
  const { namespace = '', name = '' } = object.metadata
  const resource = { group: definition.group, resource: definition.names.plural }
  const birthplace = await services.store.get(epochKey(cluster))
  if (birthplace !== undefined) {
    guards.push({ precondition: { type: 'version', key: birthplace.key, version: birthplace.version } })
    if (whenTerminating === 'refuse' && birthplace.value.toString() === TERMINATING) {
      throw forbidden(resource, name, 'unable to create new content in a logical cluster that is being terminated')
    }
  } else if (!isLogicalCluster(definition)) {
    throw notFound({ group: LOGICAL_CLUSTERS.group, resource: LOGICAL_CLUSTERS.names.plural }, cluster)
  }
  if (!definition.namespaced) return
  const key = epochKey(cluster, namespace)
  const epoch = await services.store.get(key)
  if (epoch === undefined) {
    if (!VIRTUAL_NAMESPACES.includes(namespace)) throw notFound({ group: '', resource: 'namespaces' }, namespace)
    guards.push({ precondition: { type: 'absent', key } })
    return
  }
  if (whenTerminating === 'refuse' && epoch.value.toString() === TERMINATING)
    throw namespaceTerminating(resource, name, namespace)
  guards.push({ precondition: { type: 'version', key, version: epoch.version } })
}

/** The LogicalCluster itself is written in the commit that begins its epoch. */
function isLogicalCluster(definition: ResourceDefinition): boolean {
  return definition.group === LOGICAL_CLUSTERS.group && definition.names.plural === LOGICAL_CLUSTERS.names.plural
}

/** apiserver/pkg/admission/plugin/namespace/lifecycle: 403 with a cause that names the namespace. */
function namespaceTerminating(resource: GroupResource, name: string, namespace: string): StatusError {
  const error = forbidden(
    resource,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  )
  const message = `namespace ${namespace} is being terminated`
  if (error.status.details !== undefined) {
    error.status.details.causes = [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }]
  }
  return error
}

/** A Namespace's row and its epoch change in the same commit. */
export function namespaceEpoch(
  definition: ResourceDefinition,
  cluster: string,
  change: Change,
  operations: Operation[],
): void {
  if (definition.group !== '' || definition.names.plural !== 'namespaces') return
  const object = change.type === 'delete' ? change.old : change.object
  const key = epochKey(cluster, object.metadata.name ?? '')
  if (change.type === 'delete') operations.push({ type: 'delete', key })
  else if (change.type === 'create') operations.push({ type: 'put', key, value: Buffer.from(ACTIVE) })
  else if (object.metadata.deletionTimestamp !== undefined && change.old.metadata.deletionTimestamp === undefined) {
    operations.push({ type: 'put', key, value: Buffer.from(TERMINATING) })
  }
}
