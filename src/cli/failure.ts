/** How a failure is told: kubectl's lines for what the server refused, one line and the remedy for everything else. */
import { isStatus, KeelsonError, StatusError } from '../machinery/index.ts'
import type { Environment } from './environment.ts'
import type { Manifest } from './manifest-text.ts'

/** kubectl's cmdutil.CheckErr. */
export function failureText(error: unknown): string {
  if (error instanceof StatusError) return statusText(error)
  if (error instanceof KeelsonError) {
    const prefix = /^(The connection to|Unable to connect)/.test(error.message) ? '' : 'error: '
    const end = /\n$/.test(error.message) ? '' : '\n'
    return `${prefix}${error.message}${end}${error.remedy === '' ? '' : `${error.remedy}\n`}`
  }
  return `error: ${(error as Error)?.message ?? error}\n`
}

function statusText({ status, message }: StatusError): string {
  const { reason = '', details } = status
  if (reason === 'Invalid' && details !== undefined) {
    const causes = (details.causes ?? []).map((cause) => `${cause.field ?? '<nil>'}: ${cause.message}`)
    const start = `The ${details.kind} "${details.name ?? ''}" is invalid`
    if (causes.length === 0) return `${start}\n`
    return causes.length === 1
      ? `${start}: ${causes[0]}\n`
      : `${start}: \n${causes.map((cause) => `* ${cause}\n`).join('')}`
  }
  if (reason === 'Unauthorized') return 'error: You must be logged in to the server (Unauthorized)\n'
  return reason === '' ? `Error from server: ${message}\n` : `Error from server (${reason}): ${message}\n`
}

/** Each field that the server refuses gets the line it stands in. */
export function locate(error: unknown, { file, lineOf }: Manifest): unknown {
  if (!isStatus(error, 'Invalid') || error.status.details?.causes === undefined) return error
  const causes = error.status.details.causes.map((cause) => ({
    ...cause,
    message: `${cause.message} (${file}:${lineOf(cause.field ?? '')})`,
  }))
  return new StatusError({ ...error.status, details: { ...error.status.details, causes } })
}

/** As kubectl's AddSourceToErr: what was being done, and with which file. */
export function during(error: unknown, verb: string, source: string): unknown {
  if (!(error instanceof StatusError)) return error
  const message = `error when ${verb} "${source}": ${error.message}`
  return new StatusError({ ...error.status, message })
}

/** Tells failures as they come and lets the command go on with the rest; it then ends with exit code 1. */
export function failureCounter({ stderr }: Environment): { report: (error: unknown) => void; exitCode: () => number } {
  let failed = false
  return {
    report: (error) => {
      failed = true
      stderr.write(failureText(error))
    },
    exitCode: () => (failed ? 1 : 0),
  }
}
