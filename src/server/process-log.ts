/** What a process that serves says on standard error, one JSON object a line: never a body, a token or a key. */
import { type AuditLog, openAuditLog } from './audit-log.ts'
import type { LogEntry, ObserverOptions } from './observer.ts'

export interface ProcessLogOptions {
  readonly stderr: { write(text: string): unknown }
  readonly requestLog: 'none' | 'slow' | 'all'
  readonly auditLogPath?: string
}

export interface ProcessLog extends AsyncDisposable {
  /** For what a user of the server should know of how it was started. */
  readonly warn: (message: string) => void
  /** Faults of ours. */
  readonly report: (error: unknown, fields: Readonly<Record<string, string>>) => void
  readonly observe: Omit<ObserverOptions, 'metrics'>
}

export async function openProcessLog({ stderr, requestLog, auditLogPath }: ProcessLogOptions): Promise<ProcessLog> {
  const line = (level: 'info' | 'error', entry: LogEntry): void => {
    stderr.write(`${JSON.stringify({ level, time: new Date().toISOString(), ...entry })}\n`)
  }
  const request = (entry: LogEntry): void => line('info', entry)
  const report: ProcessLog['report'] = (error, fields) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    line('error', { ...fields, error: text })
  }
  let audit: AuditLog | undefined
  if (auditLogPath !== undefined) audit = await openAuditLog(auditLogPath, (error) => report(error, { log: 'audit' }))
  return {
    warn: (message) => stderr.write(`warning: ${message}\n`),
    report,
    observe: {
      ...(requestLog !== 'none' && { slow: request }),
      ...(requestLog === 'all' && { requests: request }),
      ...(audit && { audit: audit.write }),
    },
    [Symbol.asyncDispose]: async () => audit?.[Symbol.asyncDispose](),
  }
}
