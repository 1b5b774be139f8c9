/**
 * LogicalEndpoints as they are served. One commit makes endpoint, logical cluster and authority, one begins their end, and the
 * one that takes the last of the logical cluster takes them: there is no moment at which one is there without the others.
 */
import { fieldForbidden, type KubeObject } from '../../machinery/index.ts'
import {
  type Change,
  type CommitPart,
  definitionWith,
  type OperationContext,
  type ResourceDefinition,
} from '../../server/index.ts'
import { declareKind } from '../api/kind.ts'
import { ENDPOINT_FINALIZER, LOGICAL_ENDPOINT } from '../api/logical-endpoint.ts'
import { newClusterName } from '../names.ts'
import { issueEndpointAccess } from './endpoint-access.ts'
import { endpointBirth } from './endpoint-birth.ts'
import { beginEnd } from './endpoint-end.ts'
import { indexOwner } from './owner-index.ts'

function prepareForCreate(object: KubeObject): void {
  delete object.status
  object.spec = { ...(object.spec as object), cluster: newClusterName() }
  object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), ENDPOINT_FINALIZER])]
}

function validateUpdate(object: KubeObject, old: KubeObject) {
  const clusterOf = ({ spec }: KubeObject) => (spec as { cluster?: string }).cluster
  return clusterOf(object) === clusterOf(old) ? [] : [fieldForbidden('spec.cluster', 'is immutable')]
}

export function logicalEndpointDefinition(logicalCluster: ResourceDefinition): ResourceDefinition {
  async function commit(change: Change, context: OperationContext): Promise<CommitPart> {
    const index = indexOwner(change, context)
    if (change.type === 'delete') return { operations: index, preconditions: [] }
    const isDeleting = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined
    const part =
      change.type === 'create'
        ? await endpointBirth(change.object, context, logicalCluster)
        : isDeleting(change.object) && !isDeleting(change.old)
          ? await beginEnd(change.object, context, logicalCluster)
          : { operations: [], preconditions: [] }
    return { ...part, operations: [...part.operations, ...index] }
  }
  const definition = declareKind(LOGICAL_ENDPOINT, {
    hidden: true,
    nameRule: 'DNS1123Label',
    strategy: { prepareForCreate, validateUpdate, commit },
  })
  return definitionWith(definition, {
    // A merge patch of the marks alone names the version that it holds for where it matters.
    requiresResourceVersion: false,
    subresources: { ...definition.subresources, access: issueEndpointAccess },
  })
}
