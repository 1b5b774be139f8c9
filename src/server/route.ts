/** What a path and method ask for: upstream's RequestInfo (apiserver/pkg/endpoints/request/requestinfo.go). */

export interface RequestInfo {
  readonly isResource: boolean
  /** For a resource its API verb, empty for a method that is none; otherwise the method in lower case. */
  readonly verb: string
  readonly path: string
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  /** There is more behind the subresource, which upstream's router looks at and its custom resource handler does not. */
  readonly deeper?: true
}

/** A map, because over HTTP/2 a method is any text. */
const VERBS: ReadonlyMap<string, string> = new Map([
  ['POST', 'create'],
  ['GET', 'get'],
  ['HEAD', 'get'],
  ['PUT', 'update'],
  ['PATCH', 'patch'],
  ['DELETE', 'delete'],
])
/** Below these a segment after the name belongs to the Namespace itself, not to a resource in it. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize'])

export function findRoute(method: string, path: string, query: URLSearchParams): RequestInfo {
  const nonResource: RequestInfo = {
    isResource: false,
    verb: method.toLowerCase(),
    path,
    group: '',
    version: '',
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
  }
  const segments = path.split('/').filter((segment) => segment !== '')
  const [root] = segments
  const core = root === 'api'
  if (!core && root !== 'apis') return nonResource
  const [group, version, ...rest] = core ? ['', ...segments.slice(1)] : segments.slice(1)
  if (group === undefined || version === undefined || rest.length === 0) return nonResource
  const parts = rest.map(decode)
  // Deprecated, and still there: /api/v1/watch/namespaces/default/configmaps.
  const isWatch = parts[0] === 'watch' && parts.length > 1
  const located = locate(isWatch ? parts.slice(1) : parts)
  if (located === undefined || path.includes('//')) return nonResource
  const verb = VERBS.get(method) ?? ''
  const asked = isWatch && method === 'GET' ? 'watch' : collectionVerb(verb, located.name, query)
  return { ...located, isResource: true, path, group, version, verb: asked }
}

type Located = Pick<RequestInfo, 'resource' | 'subresource' | 'namespace' | 'name' | 'deeper'>

function locate(parts: readonly string[]): Located | undefined {
  if (parts[0] !== 'namespaces' || parts.length === 1) return place('', parts)
  const [, namespace = '', next, ...rest] = parts
  if (next === undefined || NAMESPACE_SUBRESOURCES.has(next)) {
    return { resource: 'namespaces', subresource: next ?? '', namespace, name: namespace, ...depth(rest) }
  }
  return place(namespace, parts.slice(2))
}

function place(namespace: string, parts: readonly string[]): Located | undefined {
  const [resource, name = '', subresource = '', ...rest] = parts
  return resource === undefined ? undefined : { resource, name, subresource, namespace, ...depth(rest) }
}

function depth(rest: readonly string[]): { readonly deeper?: true } {
  return rest.length > 0 ? { deeper: true } : {}
}

function collectionVerb(verb: string, name: string, query: URLSearchParams): string {
  if (verb === 'get' && name === '') return isTrue(query.get('watch')) ? 'watch' : 'list'
  if (verb === 'delete' && name === '') return 'deletecollection'
  return verb
}

/** Go's strconv.ParseBool as the query decoder applies it: any other text than 0 and false is true. */
export function isTrue(value: string | null): boolean {
  return value !== null && !['', '0', 'false', 'False', 'FALSE', 'f', 'F'].includes(value)
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
