/** Paths that name no resource: health, version, discovery, OpenAPI. */
import { pathNotFound } from '../machinery/index.ts'
import type { Answer } from './answer.ts'
import type { RequestContext } from './context.ts'
import { discoveryDocument } from './discovery/index.ts'
import { openapiDocument } from './openapi/index.ts'
import { versionDocument } from './version.ts'

const HEALTH = new Set(['/healthz', '/livez', '/readyz'])

export async function serveNonResource(context: RequestContext): Promise<Answer> {
  const { info, parts, cluster, request } = context
  if (info.verb !== 'get' && info.verb !== 'head') throw pathNotFound()
  if (HEALTH.has(info.path))
    return { type: 'document', status: 200, contentType: 'text/plain; charset=utf-8', body: Buffer.from('ok') }
  if (info.path === '/version') return versionDocument()
  const definitions = await parts.definitionsOf(cluster)
  const accept = request.headers.accept ?? ''
  const document =
    discoveryDocument(definitions, info.path, accept) ??
    openapiDocument(definitions, info.path, accept, request.headers['if-none-match'])
  if (document === undefined) throw pathNotFound()
  return { type: 'document', ...document }
}
