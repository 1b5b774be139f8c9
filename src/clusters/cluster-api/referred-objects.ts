/**
 * Watches over objects whose kinds others bring (controllers/external/tracker.go): begun when a Cluster first names one of a
 * kind, ended with the kind's definition. A change of such an object, or of its definition, is a change of the Clusters that
 * name it, so that nothing has to be looked at again by the clock.
 */
import { type ResourceRef, resourceRef } from '../../client/index.ts'
import { type Request, type Source, type SourceContext, watching } from '../../controller/index.ts'
import type { KubeObject } from '../../machinery/index.ts'
import type { Reference } from './cluster.ts'
import { groupOf } from './contract.ts'

interface Definition extends KubeObject {
  readonly spec?: { readonly group?: string; readonly names?: { readonly kind?: string; readonly plural?: string } }
}

const CRDS = resourceRef<Definition>('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })

export interface ReferredObjects {
  readonly sources: readonly Source[]
  /** What a Cluster names, each time that it is looked at. */
  readonly named: (request: Request, references: readonly Reference[]) => void
  /** Where objects of a kind are: they are watched from now on. */
  readonly found: (resource: ResourceRef) => void
}

export function referredObjects(): ReferredObjects {
  /** Of a Cluster, the objects that it names: `group/Kind namespace/name`. */
  const namedBy = new Map<string, { readonly request: Request; readonly keys: readonly string[] }>()
  const watches = new Map<string, AbortController>()
  let context: SourceContext | undefined

  const tell = (isMeant: (key: string) => boolean) => {
    for (const { request, keys } of namedBy.values()) if (keys.some(isMeant)) context?.enqueue(request)
  }
  const changed = ({ apiVersion, kind, metadata }: KubeObject) => {
    const [group = ''] = apiVersion.split('/')
    const key = `${group}/${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`
    tell((each) => each === key)
    return []
  }
  const defined = ({ metadata, spec = {} }: Definition, change: 'changed' | 'deleted') => {
    if (change === 'deleted') {
      watches.get(metadata.name ?? '')?.abort()
      watches.delete(metadata.name ?? '')
    }
    const kind = `${spec.group}/${spec.names?.kind} `
    tell((each) => each.startsWith(kind))
    return []
  }

  return {
    sources: [
      watching(CRDS, { map: defined }),
      async (given) => {
        context = given
      },
    ],
    named(request, references) {
      const cluster = `${request.namespace}/${request.name}`
      const keys = references.map((each) => `${groupOf(each)}/${each.kind} ${request.namespace}/${each.name}`)
      if (keys.length === 0) namedBy.delete(cluster)
      else namedBy.set(cluster, { request, keys })
    },
    found(resource) {
      const definition = `${resource.resource}.${resource.group}`
      if (context === undefined || watches.has(definition)) return
      const stop = new AbortController()
      watches.set(definition, stop)
      const signal = AbortSignal.any([context.signal, stop.signal])
      void watching(resource, { map: changed })({ ...context, signal })
    },
  }
}
