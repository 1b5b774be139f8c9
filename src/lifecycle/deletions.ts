import { type ControllerEnvironment, type RequestMap, type Source, watching } from '../controller/index.ts'
import { DELETIONS, type ObjectReference } from './object-reference.ts'

type Tell = (...deletion: Parameters<RequestMap<ObjectReference>>) => void

/** Those who are told by the one watch of the features that are run together, which end together. */
const told = new WeakMap<AbortSignal, Set<Tell>>()

/**
 * What is being deleted, for all controllers of this room from one watch: where ten thousand objects go, to read each event once
 * for each of them was a quarter of all garbage.
 */
export function deletions({ signal }: ControllerEnvironment, map: RequestMap<ObjectReference>): Source {
  return async (context) => {
    const tell: Tell = (deletion, change) => {
      for (const { after, ...request } of map(deletion, change)) context.enqueue(request, after)
    }
    const others = told.get(signal)
    if (others !== undefined) {
      others.add(tell)
      return
    }
    const all = new Set([tell])
    told.set(signal, all)
    const tellAll: RequestMap<ObjectReference> = (deletion, change) => {
      for (const each of all) each(deletion, change)
      return []
    }
    await watching(DELETIONS, { map: tellAll })(context)
  }
}
