/** What a LogicalEndpoint is made of beside itself: its logical cluster, and the authority that signs for it. */
import type { KubeObject } from '../../machinery/index.ts'
import {
  AUTHORITY_NAMESPACE,
  authoritySecretName,
  type CommitPart,
  encodeRow,
  epochKey,
  LOGICAL_CLUSTER_NAME,
  type LogicalEndpoint,
  newAuthorityData,
  type OperationContext,
  objectKey,
  pathKey,
  type ResourceDefinition,
  timestamp,
} from '../../server/index.ts'
import type { Operation } from '../../storage/index.ts'
import {
  LOGICAL_CLUSTER_FINALIZER,
  PATH_ANNOTATION,
  PHASE_LABEL,
  REQUIRED_GROUPS_ANNOTATION,
  SHARD_ANNOTATION,
  SHARD_NAME,
} from '../api/groups.ts'
import { LOGICAL_ENDPOINT } from '../api/logical-endpoint.ts'
import { clusterRows } from '../birth.ts'
import { refuse } from '../types.ts'
import { authorityKey } from './authority-key.ts'

/** Users of the server are no users of this cluster, whatever its RBAC calls by their names. */
const ADMINS_ALONE = 'system:kcp:admin'

export async function endpointBirth(
  object: KubeObject,
  context: OperationContext,
  definition: ResourceDefinition,
): Promise<CommitPart> {
  const { cluster } = (object as LogicalEndpoint).spec
  const secret = await authority(object, context)
  const rows = clusterRows(definition, cluster, cluster, logicalClusterOf(object, cluster, context))
  return {
    operations: [...rows, secret],
    preconditions: [
      { type: 'absent', key: epochKey(cluster) },
      { type: 'absent', key: pathKey(cluster) },
      { type: 'absent', key: objectKey(definition, cluster, '', LOGICAL_CLUSTER_NAME) },
    ],
    refused: () => refuse(object.metadata.name ?? '', `the logical cluster ${cluster} is in use`),
  }
}

/** A Secret of this name that is there belongs to nobody any more: its endpoint is not. */
async function authority(object: KubeObject, context: OperationContext): Promise<Operation & { type: 'put' }> {
  const { services } = context
  const { name = '' } = object.metadata
  const { key, definition } = await authorityKey(name, context)
  const secret: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: authoritySecretName(name),
      namespace: AUTHORITY_NAMESPACE,
      uid: services.random.uid(),
      creationTimestamp: timestamp(services.now()),
    },
    type: 'kubernetes.io/tls',
    data: await newAuthorityData((object as LogicalEndpoint).spec.cluster, services.now()),
  }
  return { type: 'put', key, value: encodeRow(definition, secret) }
}

function logicalClusterOf({ metadata }: KubeObject, name: string, context: OperationContext): KubeObject {
  const { services, user, cluster } = context
  return {
    apiVersion: 'core.kcp.io/v1alpha1',
    kind: 'LogicalCluster',
    metadata: {
      name: LOGICAL_CLUSTER_NAME,
      uid: services.random.uid(),
      creationTimestamp: timestamp(services.now()),
      generation: 1,
      labels: { [PHASE_LABEL]: 'Ready' },
      annotations: {
        [PATH_ANNOTATION]: name,
        [SHARD_ANNOTATION]: SHARD_NAME,
        [REQUIRED_GROUPS_ANNOTATION]: ADMINS_ALONE,
      },
      finalizers: [LOGICAL_CLUSTER_FINALIZER],
    },
    spec: {
      directlyDeletable: false,
      owner: {
        apiVersion: `${LOGICAL_ENDPOINT.group}/${LOGICAL_ENDPOINT.version}`,
        resource: LOGICAL_ENDPOINT.plural,
        name: metadata.name,
        cluster,
        uid: metadata.uid,
      },
      createdBy: { username: user.username, groups: user.groups },
    },
    status: { URL: `${services.externalURL()}/clusters/${name}`, phase: 'Ready' },
  }
}
