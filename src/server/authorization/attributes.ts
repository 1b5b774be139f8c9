/** What a request asks for and how it was decided (apiserver/pkg/authorization/authorizer), and the 403 that tells so. */
import { forbidden, quote, type StatusError, type UserInfo } from '../../machinery/index.ts'

export interface Attributes {
  readonly user: UserInfo
  /** Of a resource request `get`, `list`, ...; otherwise the HTTP method in lower case. */
  readonly verb: string
  /** The logical cluster's name; empty for a URL that names none. */
  readonly cluster: string
  readonly resourceRequest: boolean
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  readonly name: string
  /** Empty for cluster-scoped resources and for requests across namespaces. */
  readonly namespace: string
  /** Of a request that is for no resource: without `/clusters/<name>`. */
  readonly path: string
}

/** Neither allowed nor denied means that nobody had an opinion, which refuses too. */
export interface Decision {
  readonly allowed: boolean
  readonly denied: boolean
  /** For the client; empty when there is nothing to say. */
  readonly reason: string
}

/** Attributes of a request for a resource; what is left out is empty. */
export function resourceAttributes(
  attributes: Pick<Attributes, 'user' | 'verb' | 'cluster' | 'group' | 'resource'> & Partial<Attributes>,
): Attributes {
  return { version: '*', subresource: '', name: '', namespace: '', path: '', ...attributes, resourceRequest: true }
}

/** Attributes of a request for a path that is no resource. */
export function pathAttributes(attributes: Pick<Attributes, 'user' | 'verb' | 'cluster' | 'path'>): Attributes {
  const none = { group: '', version: '', resource: '', subresource: '', name: '', namespace: '' }
  return { ...attributes, ...none, resourceRequest: false }
}

/** apiserver/pkg/endpoints/handlers/responsewriters.ForbiddenStatusError */
export function forbiddenBy(attributes: Attributes, { reason }: Decision): StatusError {
  // Upstream replaces what could start markup in what comes from the request.
  const message = describe(attributes).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const { group, resource, name } = attributes
  return forbidden({ group, resource }, name, reason === '' ? message : `${message}: ${reason}`)
}

function describe({ user, verb, resourceRequest, path, group, resource, subresource, namespace }: Attributes): string {
  const who = `User ${quote(user.username)} cannot ${verb}`
  if (!resourceRequest) return `${who} path ${quote(path)}`
  const full = subresource === '' ? resource : `${resource}/${subresource}`
  const what = `resource ${quote(full)} in API group ${quote(group)}`
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${quote(namespace)}`
  return `${who} ${what} ${where}`
}
