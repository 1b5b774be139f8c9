/** Reading what may be gone, and the metadata of what may be of any kind. */
import { type Client, type ListOptions, PARTIAL_METADATA, type ResourceRef } from '../client/index.ts'
import { isStatus, type KubeList, type KubeObject } from '../machinery/index.ts'
import { OBJECTS, type ObjectReference } from './object-reference.ts'

/** Undefined when the object, or its resource, is not there. */
export async function find<T extends KubeObject>(
  client: Client,
  resource: ResourceRef<T>,
  name: string,
  namespace = '',
): Promise<T | undefined> {
  return orGone(client.get(resource, name, { namespace }))
}

export function findMetadata(
  client: Client,
  resource: ResourceRef,
  name: string,
  namespace: string,
): Promise<KubeObject | undefined> {
  return orGone(client.get(resource, name, { namespace, accept: PARTIAL_METADATA }))
}

export async function orGone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request
  } catch (error) {
    if (isStatus(error, 'NotFound')) return undefined
    throw error
  }
}

/** Page by page, so that a large namespace or a popular owner is never in memory whole. */
export async function* pagesOf(
  client: Client,
  selection: Pick<ListOptions, 'fieldSelector' | 'signal'>,
): AsyncGenerator<readonly ObjectReference[]> {
  let next: string | undefined = ''
  while (next !== undefined) {
    const page: KubeList<ObjectReference> = await client.listPage(OBJECTS, { ...selection, limit: 500, continue: next })
    yield page.items
    next = page.metadata.continue === '' ? undefined : page.metadata.continue
  }
}

export function dependentsOf(client: Client, uid: string, signal: AbortSignal) {
  return pagesOf(client, { fieldSelector: `metadata.ownerReferences.uid=${uid}`, signal })
}
