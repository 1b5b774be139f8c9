/** Where a controller writes what an operator may want to read. Fields are data, not text. */
export interface Log {
  readonly info: (message: string, fields?: LogFields) => void
  readonly error: (message: string, fields?: LogFields) => void
}

export type LogFields = Readonly<Record<string, unknown>>

/** JSON lines on standard error, failures alone: the default for a controller that is given no other. */
export const errorLog: Log = {
  info() {},
  error(message, fields = {}) {
    process.stderr.write(`${JSON.stringify({ level: 'error', message, ...fields })}\n`)
  },
}

/** The same log with fields that every line carries. */
export function logWith(log: Log, fixed: LogFields): Log {
  return {
    info: (message, fields) => log.info(message, { ...fixed, ...fields }),
    error: (message, fields) => log.error(message, { ...fixed, ...fields }),
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
