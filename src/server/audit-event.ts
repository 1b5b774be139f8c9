/** audit.k8s.io/v1 Event at the level Metadata: who did what to what, and how it ended; never a body. */
import type { UserInfo } from '../machinery/index.ts'
import type { RequestRecord } from './request-record.ts'

export type AuditStage = 'ResponseStarted' | 'ResponseComplete'

export interface AuditEvent {
  readonly kind: 'Event'
  readonly apiVersion: 'audit.k8s.io/v1'
  readonly level: 'Metadata'
  readonly auditID: string
  readonly stage: AuditStage
  readonly requestURI: string
  readonly verb: string
  readonly user: UserInfo
  readonly impersonatedUser?: UserInfo
  readonly sourceIPs?: readonly string[]
  readonly userAgent?: string
  readonly objectRef?: Readonly<Record<string, string>>
  readonly responseStatus: { readonly metadata: object; readonly code: number }
  readonly requestReceivedTimestamp: string
  readonly stageTimestamp: string
  /** `kcp.io/cluster`: the logical cluster, as kcp's audit has it. */
  readonly annotations?: Readonly<Record<string, string>>
}

export function auditEvent(record: RequestRecord, stage: AuditStage, status: number): AuditEvent {
  const { request, info, caller, user, cluster, receivedAt, start, auditID, method } = record
  const userAgent = request.headers['user-agent']
  const elapsed = performance.now() - start
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID,
    stage,
    requestURI: request.url,
    verb: info?.verb ?? method.toLowerCase(),
    user: userOf(caller),
    ...(user !== undefined && user !== caller && { impersonatedUser: userOf(user) }),
    ...(request.sourceIP !== undefined && { sourceIPs: [request.sourceIP] }),
    ...(userAgent !== undefined && { userAgent }),
    ...(info?.isResource === true && { objectRef: objectRef(record) }),
    responseStatus: { metadata: {}, code: status },
    requestReceivedTimestamp: microTime(receivedAt),
    stageTimestamp: microTime(receivedAt + elapsed),
    ...(cluster !== '' && { annotations: { 'kcp.io/cluster': cluster } }),
  }
}

/** Neither tokens nor what else a user's extra may hold of them: extra is what the authenticator gave, as upstream. */
function userOf(user: UserInfo | undefined): UserInfo {
  const { username = '', uid, groups = [], extra } = user ?? {}
  return { username, ...(uid !== undefined && { uid }), groups, ...(extra !== undefined && { extra }) }
}

function objectRef({ info }: RequestRecord): Record<string, string> {
  if (info === undefined) return {}
  const { resource, namespace, name, group, version, subresource } = info
  const all = { resource, namespace, name, apiGroup: group, apiVersion: version, subresource }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}

/** metav1.MicroTime. */
function microTime(milliseconds: number): string {
  const micros = Math.round((milliseconds % 1000) * 1000)
  const whole = new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().slice(0, 19)
  return `${whole}.${String(Math.min(micros, 999_999)).padStart(6, '0')}Z`
}
