/** How a failure is told: kubectl's lines for what the server refused, one line and the remedy for everything else. */
import { KeelsonError, StatusError } from '../machinery/index.ts'
import type { Environment } from './environment.ts'

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
  if (reason === 'Invalid' && details?.causes !== undefined && details.causes.length > 1) {
    const [first = ''] = message.split(': [', 1)
    const causes = details.causes.map((cause) => `* ${cause.field ?? '<nil>'}: ${cause.message}\n`)
    return `${first}: \n${causes.join('')}`
  }
  if (reason === 'Invalid') return `${message}\n`
  if (reason === 'Unauthorized') return 'error: You must be logged in to the server (Unauthorized)\n'
  return reason === '' ? `Error from server: ${message}\n` : `Error from server (${reason}): ${message}\n`
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
