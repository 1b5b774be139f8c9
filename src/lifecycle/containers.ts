/** What goes when it is empty: a namespace, a definition with its objects, a logical cluster. */
import { clusterOf, type Request, type RequestMap } from '../controller/index.ts'
import { isOf, type ObjectReference } from './object-reference.ts'
import { GATHER } from './waiting.ts'

/**
 * For a source of deletions: that of a container asks for it, and so does the end of what is in it. `containerOf` gives the name
 * of the container that something is in.
 */
export function endingContainers(
  resource: Parameters<typeof isOf>[1],
  containerOf: (content: ObjectReference) => string,
): RequestMap<ObjectReference> {
  /** Those that are being deleted. */
  const ending = new Map<string, Request>()
  return (deletion, change) => {
    const cluster = clusterOf(deletion)
    if (isOf(deletion, resource)) {
      const request = { cluster, namespace: '', name: deletion.metadata.name ?? '' }
      const key = `${cluster}\n${request.name}`
      if (change === 'changed') ending.set(key, request)
      else ending.delete(key)
      return change === 'changed' ? [request] : []
    }
    if (ending.size === 0) return []
    const request = change === 'deleted' ? ending.get(`${cluster}\n${containerOf(deletion)}`) : undefined
    return request === undefined ? [] : [{ ...request, after: GATHER }]
  }
}
