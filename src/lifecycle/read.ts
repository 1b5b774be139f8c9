/** Reading the metadata of what may be of any kind. */
import { type Client, type ListOptions, PARTIAL_METADATA, type ResourceRef } from '../client/index.ts'
import { find } from '../controller/index.ts'
import type { KubeList, KubeObject } from '../machinery/index.ts'
import { OBJECTS, type ObjectReference } from './object-reference.ts'

/** A page is made in one turn of the server's event loop: of so many objects it takes about a millisecond. */
const PAGE = 50

export function findMetadata(
  client: Client,
  resource: ResourceRef,
  name: string,
  namespace: string,
): Promise<KubeObject | undefined> {
  return find(client, resource, name, { namespace, accept: PARTIAL_METADATA })
}

/** Page by page, so that a large namespace or a popular owner is never in memory whole. */
export async function* pagesOf(
  client: Client,
  selection: Pick<ListOptions, 'fieldSelector' | 'signal'>,
): AsyncGenerator<readonly ObjectReference[]> {
  let next: string | undefined = ''
  while (next !== undefined) {
    const page: KubeList<ObjectReference> = await client.listPage(OBJECTS, {
      ...selection,
      limit: PAGE,
      continue: next,
    })
    yield page.items
    next = page.metadata.continue === '' ? undefined : page.metadata.continue
  }
}

export function dependentsOf(client: Client, uid: string, signal: AbortSignal) {
  return pagesOf(client, { fieldSelector: `metadata.ownerReferences.uid=${uid}`, signal })
}
