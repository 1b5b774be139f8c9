/**
 * Makes the cluster of a KindCluster, says what has become of it, and ends it. What is there is asked of Docker each time, so
 * that whoever is interrupted is gone on with; at rest nothing is asked: Docker tells when a node changes.
 */
import {
  type ControllerDefinition,
  clusterOf,
  eventRecorder,
  type Request,
  type Source,
  startController,
  watching,
} from '../../../controller/index.ts'
import { sharedNodeEvents } from '../docker/events.ts'
import { CLUSTER_LABEL } from '../nodes.ts'
import type { KindWorld } from '../world.ts'
import { apiNames } from './api-name.ts'
import { KIND_CLUSTERS, type KindCluster } from './kind-cluster.ts'
import { CLUSTERS, infrastructureOf } from './pausing.ts'
import { reconcile } from './reconcile.ts'
import { keyOf, type Running } from './running.ts'

/** Builds take turns by themselves (build.ts): a place here is no more than a promise. */
const AT_ONCE = 64

/** `open` gives the Docker to work with; it throws a KeelsonError where there is none. */
export function kindClusterController(open: () => KindWorld): ControllerDefinition {
  const name = 'kindcluster-controller'
  return {
    name,
    // It works in control centers, as their administrator.
    rules: [],
    start({ client, clock, log, signal }) {
      let world: KindWorld | undefined
      const known = (): KindWorld => {
        world ??= open()
        return world
      }
      let enqueue: Running['enqueue'] = () => undefined
      const running: Running = {
        world: known,
        events: () => sharedNodeEvents(known().docker, CLUSTER_LABEL),
        recorder: eventRecorder({ component: name, now: clock.now, log }),
        working: new Map(),
        following: new Map(),
        resting: new Map(),
        enqueue: (request) => enqueue(request),
        apiOf: apiNames(),
      }
      const docker: Source = async (context) => {
        enqueue = context.enqueue
      }
      const stopping = (object: KindCluster): Request[] => {
        const { namespace = '', name: own = '', deletionTimestamp } = object.metadata
        const request = { cluster: clusterOf(object), namespace, name: own }
        if (deletionTimestamp !== undefined)
          running.working.get(keyOf(request))?.abort(new Error('it is being deleted'))
        return [request]
      }
      const controller = startController({
        name,
        client,
        clock,
        log,
        signal,
        concurrency: AT_ONCE,
        perCluster: AT_ONCE,
        sources: [watching(KIND_CLUSTERS, { map: stopping }), watching(CLUSTERS, { map: infrastructureOf }), docker],
        reconcile: (request, context) => reconcile(request, running, context),
      })
      return {
        async [Symbol.asyncDispose]() {
          await controller[Symbol.asyncDispose]()
          for (const { stop } of running.following.values()) stop[Symbol.dispose]()
        },
      }
    },
  }
}
