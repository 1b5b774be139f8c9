/** A finalizer keeps an object from going until whoever set it has cleaned up. */
import type { Client, ResourceRef } from '../client/index.ts'
import { isStatus, type KubeObject } from '../machinery/index.ts'
import { find, orGone } from './find.ts'

export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false
}

/** Resolves with the object that carries the finalizer. To be done before the first thing that needs cleaning up. */
export async function addFinalizer<T extends KubeObject>(
  client: Client,
  resource: ResourceRef<T>,
  object: T,
  finalizer: string,
): Promise<T> {
  if (hasFinalizer(object, finalizer)) return object
  const { finalizers = [], resourceVersion } = object.metadata
  // For the version that was read: when somebody else wrote meanwhile this is a conflict, and looked at again.
  const patch = { metadata: { resourceVersion, finalizers: [...finalizers, finalizer] } }
  return client.patch(resource, nameOf(object), 'merge', patch, scopeOf(object))
}

/**
 * Takes the finalizer off. Not bound to the object's version: whoever has cleaned up is done, whatever else was written
 * meanwhile. The tests in the patch see to it that it is this finalizer, of this object and not of a namesake.
 */
export async function removeFinalizer<T extends KubeObject>(
  client: Client,
  resource: ResourceRef<T>,
  object: T,
  finalizer: string,
): Promise<void> {
  for (let current = object; ; ) {
    const place = current.metadata.finalizers?.indexOf(finalizer) ?? -1
    if (place === -1) return
    const patch = [
      { op: 'test', path: '/metadata/uid', value: object.metadata.uid },
      { op: 'test', path: `/metadata/finalizers/${place}`, value: finalizer },
      { op: 'remove', path: `/metadata/finalizers/${place}` },
    ]
    try {
      await orGone(client.patch(resource, nameOf(object), 'json', patch, scopeOf(object)))
      return
    } catch (error) {
      if (!isStatus(error, 'Invalid')) throw error
      // Another has taken off its own, and ours stands elsewhere in the list.
      const now = await find(client, resource, nameOf(object), scopeOf(object))
      if (now === undefined || now.metadata.uid !== object.metadata.uid) return
      if (now.metadata.finalizers?.indexOf(finalizer) === place) throw error
      current = now
    }
  }
}

function nameOf(object: KubeObject): string {
  return object.metadata.name ?? ''
}

function scopeOf({ metadata: { namespace } }: KubeObject): { namespace?: string } {
  return namespace === undefined ? {} : { namespace }
}
