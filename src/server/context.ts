/** What the steps of a request's way hand to each other, and the server's parts that they use. */
import type { ApiRequest, UserInfo } from '../machinery/index.ts'
import type { OperationContext, ResourceDefinition, Services } from './definition.ts'
import { managerName } from './managed-fields.ts'
import type { Reader } from './read.ts'
import type { RequestInfo } from './route.ts'

export interface ServerParts extends Services {
  readonly reader: Reader
  /** Counts the events that a watch of the kind is sent. */
  readonly watchEvents: (definition: ResourceDefinition) => () => void
}

/** A request whose caller, logical cluster and route are known. */
export interface RequestContext {
  readonly request: ApiRequest
  readonly user: UserInfo
  readonly cluster: string
  readonly info: RequestInfo
  readonly query: URLSearchParams
  readonly parts: ServerParts
  /** Texts for Warning headers, collected on the way. */
  readonly warnings: string[]
}

/** A request for a resource that is served here. */
export interface ResourceContext extends RequestContext {
  readonly definition: ResourceDefinition
  /** Who owns the fields of what is written is settled: the write does not note it. */
  readonly settled?: boolean
}

export function operationContext(
  context: ResourceContext,
  name: string,
  dryRun: boolean,
): OperationContext & Required<Pick<OperationContext, 'request'>> {
  const { user, cluster, info, parts, request, query, settled, warnings } = context
  return {
    user,
    cluster,
    namespace: info.namespace,
    name,
    subresource: info.subresource,
    dryRun,
    ...(settled !== true && { fieldManager: managerName(query, request.headers['user-agent'] ?? '') }),
    request: { query, warnings },
    services: parts,
    signal: request.signal,
  }
}
