/** What is known of a request while it goes its way, for metrics, logs and the audit: filled in step by step. */
import { randomUUID } from 'node:crypto'
import type { ApiRequest, UserInfo } from '../machinery/index.ts'
import type { ResourceDefinition } from './definition.ts'
import type { RequestInfo } from './route.ts'

export interface RequestRecord {
  readonly request: ApiRequest
  readonly method: string
  readonly auditID: string
  /** Milliseconds since the epoch. */
  readonly receivedAt: number
  /** Of performance.now. */
  readonly start: number
  readonly isApply: boolean
  readonly dryRun: boolean
  info: RequestInfo | undefined
  /** The name of the logical cluster. */
  cluster: string
  /** Of a request for a resource that is served. */
  definition: ResourceDefinition | undefined
  /** Of one that is not for a resource, when it is one of ours: `/readyz`, `/metrics`. */
  nonResourcePath: string
  caller: UserInfo | undefined
  /** Another than the caller: impersonation. */
  user: UserInfo | undefined
  longRunning: boolean
}

/** Upstream takes whatever text a client sends as Audit-ID; ours must fit into a header again. */
const AUDIT_ID = /^[\x21-\x7e]{1,64}$/

export function beginRecord(request: ApiRequest): RequestRecord {
  const { headers, method, url } = request
  const given = headers['audit-id']
  return {
    request,
    method,
    auditID: given !== undefined && AUDIT_ID.test(given) ? given : randomUUID(),
    receivedAt: Date.now(),
    start: performance.now(),
    isApply: method === 'PATCH' && headers['content-type']?.startsWith('application/apply-patch+') === true,
    dryRun: method !== 'GET' && /[?&]dryRun=All\b/.test(url),
    info: undefined,
    cluster: '',
    definition: undefined,
    nonResourcePath: '',
    caller: undefined,
    user: undefined,
    longRunning: false,
  }
}
