/** What a controller of KindClusters keeps in memory while it runs: nothing that is not found again without it. */
import type { Client, EventRecorder, ReconcileContext, Request } from '../../../controller/index.ts'
import type { NodeEvents } from '../docker/events.ts'
import type { KindWorld } from '../world.ts'
import type { KindCluster } from './kind-cluster.ts'

export interface Running {
  readonly world: () => KindWorld
  readonly events: () => NodeEvents
  readonly recorder: EventRecorder
  /** By key: what is being worked on, to be stopped when its object is to go. */
  readonly working: Map<string, AbortController>
  readonly following: Map<string, { readonly externalName: string; readonly stop: Disposable }>
  /** By key: what has failed, and is not to be tried before its time: to say so is a change of the object, too. */
  readonly resting: Map<string, Rest>
  readonly enqueue: (request: Request) => void
  readonly apiOf: (client: Client, object: KindCluster) => Promise<string>
}

export interface Rest {
  readonly until: number
  /** Of the object: another may do better. */
  readonly generation: number
  readonly failures: number
}

/** One object that is being worked on. */
export interface Each {
  readonly object: KindCluster
  readonly running: Running
  readonly request: Request
  readonly context: ReconcileContext
}

export function keyOf({ cluster, namespace, name }: Request): string {
  return [cluster, namespace, name].join('\n')
}

/** From then on the object is looked at whenever a node of this cluster changes, and of no other. */
export function follow({ following, events, enqueue }: Running, request: Request, externalName: string): void {
  const key = keyOf(request)
  const present = following.get(key)
  if (present?.externalName === externalName) return
  present?.stop[Symbol.dispose]()
  following.set(key, { externalName, stop: events().follow(externalName, () => enqueue(request)) })
}

export function forget({ following, resting }: Running, key: string): undefined {
  resting.delete(key)
  following.get(key)?.stop[Symbol.dispose]()
  following.delete(key)
  return undefined
}
