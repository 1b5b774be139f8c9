/**
 * Whose definition of a kind it is. Who installs Cluster API's own (its release, clusterctl init, a copy of config/crd) brings
 * their manager with it: from that moment on it looks after the objects, and this process looks on. The definition decides and
 * not a lock: managers run without leader election, too, and never two of them for one set of definitions.
 */
import { type ResourceRef, resourceRef } from '../../client/index.ts'
import { requestFor, type Source, type SourceContext, watching } from '../../controller/index.ts'
import type { KubeObject } from '../../machinery/index.ts'

const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })

/** Every definition of the project carries it, and none of ours: kubectl apply keeps labels that it has not set itself. */
const GENERATED = 'controller-gen.kubebuilder.io/version'
const MANAGED_BY = 'app.kubernetes.io/managed-by'

export interface Definitions {
  readonly source: Source
  /** Not before it has been seen. */
  readonly areOurs: () => boolean
}

export function isOurs({ metadata }: KubeObject): boolean {
  return metadata.labels?.[MANAGED_BY] === 'keelson' && metadata.annotations?.[GENERATED] === undefined
}

/** `resource` is told of anew when its definition has become ours. */
export function definitionsOf(resource: ResourceRef): Definitions {
  const name = `${resource.resource}.${resource.group}`
  let ours = false

  const seen = (definition: KubeObject | undefined, { client, enqueue, log }: SourceContext) => {
    const before = ours
    ours = definition !== undefined && isOurs(definition)
    if (before === ours) return
    if (!ours) {
      log.info('the definition is somebody else’s: their manager looks after its objects', { definition: name })
      return
    }
    void (async () => {
      for await (const object of client.items(resource)) enqueue(requestFor(object))
    })().catch(() => undefined)
  }

  return {
    areOurs: () => ours,
    async source(context) {
      const map = (definition: KubeObject, change: 'changed' | 'deleted') => {
        seen(change === 'deleted' ? undefined : definition, context)
        return []
      }
      await watching(CRDS, { fieldSelector: `metadata.name=${name}`, map })(context)
    },
  }
}
