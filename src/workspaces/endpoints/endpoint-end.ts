/** The end of an endpoint: begun with that of its logical cluster, and over with it. */
import type { KubeObject } from '../../machinery/index.ts'
import {
  type CommitPart,
  deletionKey,
  type LogicalEndpoint,
  type OperationContext,
  objectKey,
  type ResourceDefinition,
} from '../../server/index.ts'
import { logicalClusterSpec } from '../api/logical-cluster.ts'
import { LOGICAL_ENDPOINT } from '../api/logical-endpoint.ts'
import { beginClusterEnd } from '../begin-end.ts'
import { authorityKey } from './authority-key.ts'
import { indexOwner } from './owner-index.ts'

const NOTHING: CommitPart = { operations: [], preconditions: [] }

export async function beginEnd(
  object: KubeObject,
  { services }: OperationContext,
  definition: ResourceDefinition,
): Promise<CommitPart> {
  const { cluster } = (object as LogicalEndpoint).spec
  const record = await services.logicalClusterOf(cluster)
  if (record === undefined || record.deleting) return NOTHING
  return beginClusterEnd(cluster, object, record, definition)
}

/** What goes in the commit that takes the last of a logical cluster: the endpoint that it is of. */
export async function endpointRemains(logicalCluster: KubeObject, { services }: OperationContext): Promise<CommitPart> {
  const { owner } = logicalClusterSpec(logicalCluster)
  if (owner?.cluster === undefined || owner.name === undefined) return NOTHING
  if (owner.resource !== LOGICAL_ENDPOINT.plural) return NOTHING
  const { cluster, name } = owner
  const definitions = await services.definitionsOf(cluster)
  const definition = definitions.find(LOGICAL_ENDPOINT.group, LOGICAL_ENDPOINT.version, LOGICAL_ENDPOINT.plural)
  const endpoint = definition && (await services.read(definition, cluster, '', name))
  if (definition === undefined || endpoint === undefined || endpoint.metadata.uid !== owner.uid) return NOTHING
  const key = objectKey(definition, cluster, '', name)
  const authority = await authorityKey(name, { cluster, services })
  return {
    operations: [
      { type: 'delete', key },
      { type: 'delete', key: deletionKey(cluster, key) },
      { type: 'delete', key: authority.key },
      ...indexOwner({ type: 'delete', old: endpoint }, { cluster }),
    ],
    preconditions: [{ type: 'version', key, version: Number(endpoint.metadata.resourceVersion) }],
  }
}
