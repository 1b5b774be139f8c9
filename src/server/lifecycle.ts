/**
 * What the system's own controllers ask of the server so that they need no copy of the world: which objects wait for their
 * finalizers, which owners are missing, what depends on an owner or lies in a namespace. Each is an index that every write
 * keeps in its own commit, served like any other resource, in one logical cluster or across all (`/clusters/*`). It is
 * not in discovery.
 */
import { conflict, type KubeObject, type OwnerReference, type StatusError } from '../machinery/index.ts'
import { CHORES_DEFINITION } from './chores.ts'
import type { ResourceDefinition } from './definition.ts'
import { hiddenDefinition, LIFECYCLE_API_VERSION, LIFECYCLE_GROUP } from './hidden-definition.ts'
import { ABSENT_OWNERS, DELETIONS, ownerIndexPrefix } from './keys.ts'
import { encodeRow } from './row.ts'

/** Objects that have a deletionTimestamp and are still there. */
export const DELETIONS_DEFINITION = hiddenDefinition('deletions', 'ObjectReference', ['list', 'watch'], {
  rowPrefix: DELETIONS,
  selectableFields: ['target.resource'],
})

/** UIDs that objects name as owner and that do not exist. One may be removed when nothing names it any more. */
export const ABSENT_OWNERS_DEFINITION = hiddenDefinition(
  'absentowners',
  'AbsentOwner',
  ['list', 'watch', 'get', 'delete'],
  {
    rowPrefix: ABSENT_OWNERS,
    strategy: {
      commit: async (change, { cluster }) => {
        const uid = change.type === 'delete' ? (change.old.metadata.name ?? '') : ''
        return {
          operations: [],
          preconditions: [{ type: 'noneUnder', prefix: ownerIndexPrefix(cluster, uid) }],
          refused: () => stillNamed(uid),
        }
      },
    },
  },
)

/** Any objects by namespace or owner; answered by handlers/objects.ts. */
export const OBJECTS_DEFINITION = hiddenDefinition('objects', 'ObjectReference', ['list'], {})

export const LIFECYCLE_DEFINITIONS: readonly ResourceDefinition[] = [
  DELETIONS_DEFINITION,
  ABSENT_OWNERS_DEFINITION,
  OBJECTS_DEFINITION,
  CHORES_DEFINITION,
]

function stillNamed(uid: string): StatusError {
  return conflict({ group: LIFECYCLE_GROUP, resource: 'absentowners' }, uid, 'objects still name it as their owner')
}

/** What a controller learns of an object: its metadata without labels and annotations, and how to reach it. */
export function objectReference(definition: ResourceDefinition, object: KubeObject): KubeObject {
  const {
    name,
    namespace,
    uid,
    resourceVersion,
    generation,
    creationTimestamp,
    deletionTimestamp,
    finalizers,
    ownerReferences,
  } = object.metadata
  return {
    apiVersion: LIFECYCLE_API_VERSION,
    kind: 'ObjectReference',
    metadata: {
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(generation !== undefined && { generation }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
      ...(finalizers !== undefined && { finalizers }),
      ...(ownerReferences !== undefined && { ownerReferences }),
    },
    target: {
      apiVersion: object.apiVersion,
      kind: definition.names.kind,
      resource: definition.names.plural,
      namespaced: definition.namespaced,
    },
  }
}

export function deletionRow(definition: ResourceDefinition, object: KubeObject): Buffer {
  return encodeRow(DELETIONS_DEFINITION, objectReference(definition, object))
}

export function absentOwnerRow(owner: Pick<OwnerReference, 'apiVersion' | 'kind' | 'name' | 'uid'>): Buffer {
  return encodeRow(ABSENT_OWNERS_DEFINITION, {
    apiVersion: LIFECYCLE_API_VERSION,
    kind: 'AbsentOwner',
    metadata: { name: owner.uid, uid: owner.uid },
    owner: { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name },
  })
}
