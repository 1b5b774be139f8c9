/** Paths that name no resource: version, discovery, OpenAPI. */
import { methodNotRouted, notRepresentable, pathNotFound, resourceNotServed } from '../machinery/index.ts'
import { isRoutable } from './accept.ts'
import type { Answer } from './answer.ts'
import type { RequestContext } from './context.ts'
import type { DefinitionSet } from './definition.ts'
import { type DiscoveryDocument, discoveryDocument } from './discovery/document.ts'
import { isPretty, MEDIA_TYPES } from './form.ts'
import { serveOpenAPI } from './openapi/serve-openapi.ts'
import { OPENID_PATHS, openIdDocument } from './openid.ts'
import type { RequestInfo } from './route.ts'
import { inText } from './text-form.ts'
import { versionDocument } from './version.ts'

/** What `kubectl get --raw /` lists beside the groups; health and metrics are answered by diagnostics.ts. */
const DIAGNOSTICS = ['/healthz', '/livez', '/metrics', '/readyz']

/** Only what upstream's router has is held to a method: other paths are answered whatever the method is. */
export async function serveNonResource(context: RequestContext): Promise<Answer> {
  const { info, parts, cluster, request } = context
  const { accept = '' } = request.headers
  if (VERSION.test(info.path)) {
    checkRouted(info, accept, ONE_FORM)
    return versionDocument()
  }
  const openId = openIdDocument(context)
  if (openId !== undefined) return openId
  const definitions = await parts.definitionsOf(cluster)
  if (isRouted(info.path, definitions)) checkRouted(info, accept, EVERY_FORM)
  if (info.path === '/' || info.path === '') return pathsDocument(definitions)
  const answer = info.path.startsWith('/openapi/')
    ? serveOpenAPI(context, definitions)
    : await serveDiscovery(context, discoveryDocument(definitions, info.path, accept))
  if (answer === undefined) throw isBelowRoot(info.path, definitions) ? resourceNotServed() : pathNotFound()
  return answer
}

const VERSION = /^\/version\/?$/
const CORE = /^\/api(?:\/v1)?\/?$/
const GROUP_VERSION = /^\/apis\/([^/]+)\/([^/]+)\/?$/
const ONE_FORM = new Set(['application/json'])
const EVERY_FORM = new Set(Object.values(MEDIA_TYPES))

function isRouted(path: string, { all }: DefinitionSet): boolean {
  if (CORE.test(path)) return true
  const [, named, at] = GROUP_VERSION.exec(path) ?? []
  return named !== undefined && all.some(({ builtIn, group, version }) => builtIn && group === named && version === at)
}

function checkRouted({ verb }: RequestInfo, accept: string, produced: ReadonlySet<string>): void {
  if (verb !== 'get') throw methodNotRouted()
  if (!isRoutable(accept, produced)) throw notRepresentable([...produced])
}

/** What is aggregated may be kept and asked for again by its tag (endpoints/discovery/aggregated/etag.go). */
async function serveDiscovery(
  context: RequestContext,
  document: DiscoveryDocument | undefined,
): Promise<Answer | undefined> {
  if (document === undefined) return undefined
  const { contentType, encoding, etag } = document
  const headers = etag === undefined ? {} : { etag, vary: 'Accept', 'cache-control': 'public' }
  if (etag !== undefined && context.request.headers['if-none-match'] === etag) {
    return { type: 'document', status: 304, body: Buffer.alloc(0), headers }
  }
  const [body = document.body] = await inText([document.body], { encoding, pretty: isPretty(context) })
  return { type: 'document', status: 200, contentType, body, headers }
}

/** Below what upstream's router knows, it answers itself. */
function isBelowRoot(path: string, { all }: DefinitionSet): boolean {
  const [, root, name, ...rest] = path.split('/')
  if (root === 'api' || root === 'version') return name !== undefined
  return root === 'apis' && rest.length > 0 && all.some(({ builtIn, group }) => builtIn && group === name)
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
