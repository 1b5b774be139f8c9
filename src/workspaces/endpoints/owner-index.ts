/** Endpoints by owner: a copy of each row under the owner's name, written in the commits of the endpoint. */
import type { KubeObject } from '../../machinery/index.ts'
import {
  type Change,
  encodeRow,
  type OperationContext,
  objectKey,
  type ResourceDefinition,
} from '../../server/index.ts'
import type { Operation } from '../../storage/index.ts'
import { declareKind } from '../api/kind.ts'
import { OWNED_ENDPOINT, OWNER_TAG } from '../api/logical-endpoint.ts'

export const ownedEndpointDefinition: ResourceDefinition = {
  ...declareKind(OWNED_ENDPOINT, { hidden: true, verbs: ['list'], subresources: {} }),
  namespaced: true,
}

export function indexOwner(change: Change, { cluster }: Pick<OperationContext, 'cluster'>): Operation[] {
  const before = change.type === 'create' ? undefined : ownerKey(change.old, cluster)
  if (change.type === 'delete') return before === undefined ? [] : [{ type: 'delete', key: before }]
  const key = ownerKey(change.object, cluster)
  const gone: Operation[] = before === undefined || before === key ? [] : [{ type: 'delete', key: before }]
  if (key === undefined) return gone
  const { object } = change
  const copy = { ...object, kind: OWNED_ENDPOINT.kind, metadata: { ...object.metadata, namespace: ownerOf(object) } }
  return [...gone, { type: 'put', key, value: encodeRow(ownedEndpointDefinition, copy) }]
}

function ownerKey(object: KubeObject, cluster: string): string | undefined {
  const owner = ownerOf(object)
  return owner === '' ? undefined : objectKey(ownedEndpointDefinition, cluster, owner, object.metadata.name ?? '')
}

function ownerOf({ metadata }: KubeObject): string {
  return metadata.annotations?.[OWNER_TAG] ?? ''
}
