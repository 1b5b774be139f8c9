/** Definitions that logical clusters have of one another, and URLs that show some resources of many of them. */
import type { Store } from '../storage/index.ts'
import type { DefinitionSet, ResourceDefinition, Services } from './definition.ts'
import type { RequestInfo } from './route.ts'

export interface SharedDefinitions extends Disposable {
  /** What a logical cluster has from others, as it is now; the same array while that does not change. These come after the
   *  built-in kinds and before the logical cluster's own CustomResourceDefinitions. */
  readonly definitionsIn: (cluster: string) => Promise<readonly ResourceDefinition[]>
  /** The logical cluster whose RBAC bounds what may be done with a resource that another one has from it. */
  readonly maximalPolicyIn: (cluster: string, group: string, resource: string) => Promise<string | undefined>
  /** What `/clusters/*` serves as `<resource>:<identity>`; undefined: nobody shares anything under that identity. */
  readonly identified: (identity: string) => Promise<DefinitionSet | undefined>
  /** Undefined: the path names no virtual workspace. */
  readonly virtualWorkspace: (path: string) => Promise<VirtualWorkspace | undefined>
}

/** What shared definitions are made from. */
export interface DefinitionSources extends Pick<Services, 'readAll'> {
  readonly store: Store
  /** How many logical clusters' answers to keep. */
  readonly limit: number
  readonly failed: (error: Error) => void
}

/** A request to a URL outside `/clusters/`: kcp's virtual workspace. */
export interface VirtualWorkspace {
  /** A logical cluster's name, or `*`. */
  readonly cluster: string
  /** What is left of the URL's path. */
  readonly path: string
  readonly definitions: DefinitionSet
  /** The object whose RBAC decides: the request's verb must be allowed on it. */
  readonly guard: {
    readonly cluster: string
    readonly group: string
    readonly resource: string
    readonly subresource: string
    readonly name: string
  }
  /** Why a request is refused that RBAC allows; undefined when it is not. */
  readonly refusal: (info: RequestInfo) => Promise<string | undefined>
  /** Labels that a listed or watched object of this resource must have besides what the client selects. */
  readonly labels: (info: RequestInfo) => string | undefined
}
