import type { Client, ResourceRef, WriteOptions } from '../client/index.ts'
import type { KubeObject } from '../machinery/index.ts'
import { isRecord, mergePatchBetween } from './merge-patch.ts'

/**
 * Makes the object's status this one, by a patch of what differs; without a difference there is no request. The patch
 * holds for the version of the object that was read: a conflict means that the decision rests on something old.
 */
export async function patchStatus<T extends KubeObject>(
  client: Client,
  resource: ResourceRef<T>,
  object: T,
  status: object,
  options: Pick<WriteOptions, 'fieldManager'> = {},
): Promise<T> {
  const { name = '', namespace, resourceVersion } = object.metadata
  const before = isRecord(object.status) ? object.status : {}
  const difference = mergePatchBetween(before, status as Readonly<Record<string, unknown>>)
  if (difference === undefined) return object
  const patch = { metadata: { resourceVersion }, status: difference }
  return client.patch(resource, name, 'merge', patch, {
    ...options,
    subresource: 'status',
    ...(namespace === undefined ? {} : { namespace }),
  })
}
