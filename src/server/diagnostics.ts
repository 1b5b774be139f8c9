/** What those who run the server ask it: whether it is well, and what it has counted. */

import type { Family } from '../machinery/index.ts'
import type { Answer } from './answer.ts'
import type { RequestContext } from './context.ts'
import { type HealthCheck, healthAnswer } from './health.ts'
import { ROOT_CLUSTER, SHARD_CLUSTER } from './scope.ts'

export interface DiagnosticsOptions {
  readonly checks: readonly HealthCheck[]
  readonly families: readonly Family[]
  /** Further metrics, in the text format: what other parts of the process count. */
  readonly more: () => string
}

/** Undefined: the path is none of these. */
export type Diagnostics = (context: RequestContext) => Promise<Answer | undefined>

/** The process is one for all logical clusters: it is looked into from its own and from the root alone. */
const WHERE: ReadonlySet<string> = new Set([SHARD_CLUSTER, ROOT_CLUSTER])
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores'

export function createDiagnostics({ checks, families, more }: DiagnosticsOptions): Diagnostics {
  return async ({ info, query, cluster }) => {
    if (info.path === '/metrics') {
      if (info.verb !== 'get') return undefined
      if (!WHERE.has(cluster)) return undefined
      const body = Buffer.from(families.map(({ render }) => render()).join('') + more())
      return { type: 'document', status: 200, contentType: METRICS_TYPE, body }
    }
    return healthAnswer(checks, info.path, query)
  }
}

const KNOWN =
  /^\/(?:livez|readyz|healthz|metrics|version|apis?|openapi\/v[23]|\.well-known\/openid-configuration)(?=\/|$)/

/** What a path is counted under: bounded, whatever clients ask for. */
export function countedPath(path: string): string {
  return KNOWN.exec(path)?.[0] ?? ''
}
