/**
 * Who waits for what: an object comes up again as soon as what it waits for is ready, or gone, and not when it would look the
 * next time. Forgotten by whoever is woken, and by a restart: then everybody looks.
 */
import { clusterOf, isTrue, type Request, type RequestMap } from '../../controller/index.ts'
import type { ClusterKind, ClusterObject } from './cluster-object.ts'
import { isHeld } from './dependencies.ts'

export interface WaitingFor {
  /** `address`: `ControlCenter/emea`, of the same workspace. */
  readonly wait: (request: Request, address: string) => void
  /** For a source that watches objects of this kind. */
  readonly woken: (kind: ClusterKind) => RequestMap<ClusterObject>
}

export function waitingFor(): WaitingFor {
  const waiting = new Map<string, Map<string, Request>>()
  const keyOf = (cluster: string, address: string): string => `${cluster}\n${address}`
  return {
    wait(request, address) {
      const key = keyOf(request.cluster, address)
      const requests = waiting.get(key) ?? new Map<string, Request>()
      waiting.set(key, requests.set(request.name, request))
    },
    woken: (kind) => (object, change) => {
      if (waiting.size === 0 || (change === 'changed' && !isSettled(object))) return []
      const key = keyOf(clusterOf(object), `${kind}/${object.metadata.name ?? ''}`)
      const requests = waiting.get(key)
      waiting.delete(key)
      return requests === undefined ? [] : requests.values()
    },
  }
}

function isSettled(object: ClusterObject): boolean {
  if (object.metadata.deletionTimestamp !== undefined) return !isHeld(object)
  return isTrue(object.status?.conditions ?? [], 'Ready')
}
