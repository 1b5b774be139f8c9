/** What is below /openapi, with the headers of kube-openapi's handlers and of the aggregator in front of them. */
import { acceptClauses, takes } from '../accept.ts'
import type { Answer } from '../answer.ts'
import type { RequestContext } from '../context.ts'
import type { DefinitionSet } from '../definition.ts'
import { serveContent } from '../serve-content.ts'
import { openAPIV2Document } from './v2.ts'
import { openAPIV3Document, openAPIV3Index, pathOf } from './v3.ts'

const V3 = '/openapi/v3'
const JSON_TYPE = 'application/json'
const VARY = { vary: 'Accept' }
const YEAR = 365 * 86_400_000

/** Undefined: there is nothing at this path. */
export function serveOpenAPI(context: RequestContext, definitions: DefinitionSet): Answer | undefined {
  const { path } = context.info
  if (path === '/openapi/v2') return serveV2(context, definitions)
  if (path === V3) return serveIndex(context, definitions)
  return path.startsWith(`${V3}/`) ? serveV3(context, definitions, path.slice(V3.length + 1)) : undefined
}

/** Its media types are negotiated behind a handler that may compress (handler/handler.go). */
function serveV2({ request: { headers }, parts }: RequestContext, definitions: DefinitionSet): Answer {
  const vary = { vary: 'Accept-Encoding, Accept' }
  const document = openAPIV2Document(definitions, headers.accept ?? '', parts.now)
  if (document === undefined) return bare(406, vary)
  return serveContent(headers, { ...document, etag: `"${document.hash}"`, headers: vary })
}

/** The aggregator puts it together for each request, and Go guesses its type (openapiv3/aggregator: handleDiscovery). */
function serveIndex({ request, parts }: RequestContext, definitions: DefinitionSet): Answer {
  const contentType = 'text/plain; charset=utf-8'
  return serveContent(request.headers, { contentType, body: openAPIV3Index(definitions), modified: parts.now() })
}

/** What a URL with a hash names never changes; one with an old hash leads to the new one (handler3: HandleGroupVersion). */
function serveV3({ request, query, parts }: RequestContext, definitions: DefinitionSet, key: string): Answer {
  const document = openAPIV3Document(definitions, key, parts.now)
  if (document === undefined) return bare(404, {})
  const { accept = '' } = request.headers
  if (accept !== '' && !acceptClauses(accept).some((clause) => takes(clause, JSON_TYPE))) return bare(406, VARY)
  const asked = query.get('hash') ?? ''
  const etag = `"${document.hash}"`
  if (asked === '') return serveContent(request.headers, { ...document, contentType: JSON_TYPE, etag, headers: VARY })
  if (asked !== document.hash) {
    const location = request.url.slice(0, request.url.indexOf(V3)) + pathOf(key, document.hash)
    return { ...bare(301, { ...VARY, etag, location }), contentType: JSON_TYPE }
  }
  const expires = new Date(parts.now() + YEAR).toUTCString()
  const headers = { ...VARY, 'cache-control': 'public, immutable', expires }
  return serveContent(request.headers, { ...document, contentType: JSON_TYPE, etag, headers })
}

function bare(status: number, headers: Readonly<Record<string, string>>): Extract<Answer, { type: 'document' }> {
  return { type: 'document', status, body: Buffer.alloc(0), headers }
}
