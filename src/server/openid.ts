/** Who signs the tokens of service accounts, for those who verify them by themselves (pkg/serviceaccount/openidmetadata.go). */
import { type JsonObject, methodNotRouted } from '../machinery/index.ts'
import type { Answer } from './answer.ts'
import type { RequestContext } from './context.ts'
import { SHARD_CLUSTER } from './scope.ts'

const CONFIGURATION = '/.well-known/openid-configuration'
const KEY_SET = '/openid/v1/jwks'
export const OPENID_PATHS = [CONFIGURATION, KEY_SET] as const

/** Undefined: the path is none of these. */
export function openIdDocument({ info, parts, cluster }: RequestContext): Answer | undefined {
  if (info.verb !== 'get' && OPENID_PATHS.some((path) => path === info.path)) throw methodNotRouted()
  if (info.path === KEY_SET) return document('application/jwk-set+json', parts.tokens.keySet())
  if (info.path !== CONFIGURATION) return undefined
  // Each logical cluster says where its own members, who may read it there, find the keys.
  const base = cluster === SHARD_CLUSTER ? parts.externalURL() : `${parts.externalURL()}/clusters/${cluster}`
  return document('application/json', {
    issuer: parts.tokens.issuer,
    jwks_uri: base + KEY_SET,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  })
}

function document(contentType: string, content: JsonObject): Answer {
  const headers = { 'cache-control': 'public, max-age=3600' }
  return { type: 'document', status: 200, contentType, body: Buffer.from(JSON.stringify(content)), headers }
}
