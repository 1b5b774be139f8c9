/** Paths that name no resource: version, discovery, OpenAPI. */
import { methodNotRouted, pathNotFound, resourceNotServed } from '../machinery/index.ts'
import type { Answer } from './answer.ts'
import type { RequestContext } from './context.ts'
import type { DefinitionSet } from './definition.ts'
import { discoveryDocument } from './discovery/document.ts'
import { openAPIV2Document } from './openapi/v2.ts'
import { type OpenAPIDocument, openAPIV3Document } from './openapi/v3.ts'
import { OPENID_PATHS, openIdDocument } from './openid.ts'
import { versionDocument } from './version.ts'

/** What `kubectl get --raw /` lists beside the groups; health and metrics are answered by diagnostics.ts. */
const DIAGNOSTICS = ['/healthz', '/livez', '/metrics', '/readyz']

export async function serveNonResource(context: RequestContext): Promise<Answer> {
  const { info, parts, cluster, request } = context
  const isKnown = ROUTED.test(info.path)
  if (info.verb !== 'get') throw isKnown ? methodNotRouted() : pathNotFound()
  if (info.path === '/version' || info.path === '/version/') return versionDocument()
  const openId = openIdDocument(context)
  if (openId !== undefined) return openId
  const definitions = await parts.definitionsOf(cluster)
  const accept = request.headers.accept ?? ''
  if (info.path === '/' || info.path === '') return pathsDocument(definitions)
  const document = info.path.startsWith('/openapi/')
    ? openAPIAt(context, definitions, accept)
    : discoveryDocument(definitions, info.path, accept)
  if (document === undefined) throw isBelowRoot(info.path, definitions) ? resourceNotServed() : pathNotFound()
  const { contentType, etag, body } = document
  const headers = { etag, vary: 'Accept', ...(isImmutable(document) && immutableHeaders(parts.now())) }
  if (request.headers['if-none-match'] === etag)
    return { type: 'document', status: 304, contentType, body: EMPTY, headers }
  return { type: 'document', status: 200, contentType, body, headers }
}

/** Below what upstream's router knows, it answers itself. */
function isBelowRoot(path: string, { all }: DefinitionSet): boolean {
  const [, root, name, ...rest] = path.split('/')
  if (root === 'api' || root === 'version') return name !== undefined
  return root === 'apis' && rest.length > 0 && all.some(({ builtIn, group }) => builtIn && group === name)
}

function isImmutable(document: object): boolean {
  return 'immutable' in document && document.immutable === true
}

const YEAR = 365 * 86_400_000

/** What a URL with a hash names never changes (kube-openapi/pkg/handler3). */
function immutableHeaders(now: number): Record<string, string> {
  return { 'cache-control': 'public, immutable', expires: new Date(now + YEAR).toUTCString() }
}

/** metav1.RootPaths: what there is below this URL. */
function pathsDocument({ all }: DefinitionSet): Answer {
  const served = all.filter((definition) => definition.hidden !== true)
  const groups = served.flatMap(({ group, version }) =>
    group === '' ? [`/api/${version}`] : [`/apis/${group}`, `/apis/${group}/${version}`],
  )
  const paths = [
    ...new Set(['/api', '/apis', ...groups, ...DIAGNOSTICS, ...OPENID_PATHS, '/openapi/v2', '/openapi/v3', '/version']),
  ].sort()
  return {
    type: 'document',
    status: 200,
    contentType: 'application/json',
    body: Buffer.from(JSON.stringify({ paths })),
  }
}

/** What upstream routes by method. */
const ROUTED = /^\/(?:version|api|openapi\/v[23])(?:\/|$)/

const EMPTY = Buffer.alloc(0)

function openAPIAt(
  { info, query }: RequestContext,
  definitions: DefinitionSet,
  accept: string,
): OpenAPIDocument | undefined {
  if (info.path === '/openapi/v2') return openAPIV2Document(definitions, accept)
  return openAPIV3Document(definitions, info.path, query.get('hash') ?? '')
}
