/** Watches requests come and go: counts them, and tells logs and audit of them. */
import type { ApiRequest, ApiResponse } from '../machinery/index.ts'
import { type AuditEvent, auditEvent } from './audit-event.ts'
import type { RequestMetrics } from './metrics/request-metrics.ts'
import { beginRecord, type RequestRecord } from './request-record.ts'

/** Fields of one line of a structured log; never a body or a header that may hold a secret. */
export type LogEntry = Readonly<Record<string, string | number>>

export interface ObserverOptions {
  readonly metrics: RequestMetrics
  /** Told of each request that is over, and of each watch that begins. */
  readonly audit?: (event: AuditEvent) => void
  /** As kube-apiserver's httplog at -v=3: every request. */
  readonly requests?: (entry: LogEntry) => void
  /** As kube-apiserver's Trace: requests that took long. */
  readonly slow?: (entry: LogEntry) => void
}

export interface Observer {
  readonly begin: (request: ApiRequest) => RequestRecord
  /** The answer as it goes out, which says by which id the request can be found in the logs. */
  readonly answered: (record: RequestRecord, response: ApiResponse) => ApiResponse
}

/** utiltrace's threshold in apiserver/pkg/endpoints/handlers. */
const SLOW_MILLISECONDS = 500

export function createObserver({ metrics, audit, requests, slow }: ObserverOptions): Observer {
  function over(record: RequestRecord, status: number, bytes: number): void {
    const milliseconds = performance.now() - record.start
    metrics.end(record, status, bytes, milliseconds)
    audit?.(auditEvent(record, 'ResponseComplete', status))
    requests?.({ message: 'HTTP', ...entryOf(record), latency: rounded(milliseconds), resp: status })
    if (slow !== undefined && milliseconds >= SLOW_MILLISECONDS && !record.longRunning) {
      slow({
        message: `Trace ${JSON.stringify(record.info?.verb ?? record.method)}`,
        ...entryOf(record),
        total: rounded(milliseconds),
      })
    }
  }

  /** It is over when it has been read to its end, or when the client has gone, be it before the first event was read. */
  function counted(record: RequestRecord, { status, body }: ApiResponse): AsyncIterable<Buffer> {
    const { signal } = record.request
    let bytes = 0
    let isOver = false
    const end = (): void => {
      if (isOver) return
      isOver = true
      signal.removeEventListener('abort', end)
      over(record, status, bytes)
    }
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    return (async function* () {
      try {
        for await (const piece of body) {
          bytes += piece.length
          yield piece
        }
      } finally {
        end()
      }
    })()
  }

  return {
    begin: (request) => {
      const record = beginRecord(request)
      metrics.begin(record)
      return record
    },
    answered: (record, response) => {
      const headers = { 'audit-id': record.auditID, ...response.headers }
      if (Array.isArray(response.body)) {
        let bytes = 0
        for (const piece of response.body) bytes += piece.length
        over(record, response.status, bytes)
        return { ...response, headers }
      }
      if (response.events === true) {
        record.longRunning = true
        metrics.running(record)
        audit?.(auditEvent(record, 'ResponseStarted', response.status))
      }
      return { ...response, headers, body: counted(record, response) }
    },
  }
}

function entryOf({ request, method, auditID }: RequestRecord): LogEntry {
  return {
    verb: method,
    URI: request.url,
    userAgent: request.headers['user-agent'] ?? '',
    'audit-ID': auditID,
    ...(request.sourceIP !== undefined && { srcIP: request.sourceIP }),
  }
}

/** Milliseconds with two digits behind the point. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100
}
