import { type Client, PARTIAL_METADATA_LIST, type ResourceRef } from '../client/index.ts'
import { orGone } from '../controller/index.ts'
import { inParallel } from './in-parallel.ts'
import { isDeleting } from './object-reference.ts'

const NAMESPACES_AT_A_TIME = 8

/** Deletes all objects of a resource, a collection a namespace. How many are left, all of them being deleted. */
export async function deleteAll(client: Client, resource: ResourceRef, signal: AbortSignal): Promise<number> {
  const tried = new Set<string>()
  for (;;) {
    const undeleted = new Set<string>()
    let remaining = 0
    for await (const object of client.items(resource, { accept: PARTIAL_METADATA_LIST, signal })) {
      remaining++
      if (!isDeleting(object)) undeleted.add(object.metadata.namespace ?? '')
    }
    const next = [...undeleted].filter((namespace) => !tried.has(namespace))
    if (next.length === 0) return remaining
    await inParallel(next, NAMESPACES_AT_A_TIME, async (namespace) => {
      tried.add(namespace)
      await orGone(client.deleteCollection(resource, { namespace, signal }))
    })
  }
}
