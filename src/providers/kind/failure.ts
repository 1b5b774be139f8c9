import { operationFailed, type ProviderError } from '../provider-error.ts'
import { diagnose } from './diagnosis.ts'
import { isDockerError } from './docker/docker.ts'

/** What Docker refuses is a failure of the call. */
export async function failing<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw isDockerError(error) ? failureOf(what, [error.message], error) : error
  }
}

/** What went wrong, its cause where the log tells one, and the log. */
export function failureOf(what: string, lines: readonly string[], cause?: unknown): ProviderError {
  const why = diagnose(lines) ?? lines.findLast((line) => /error|fail/i.test(line)) ?? lines.at(-1)
  return operationFailed(why === undefined ? what : `${what}: ${why.trim().slice(0, 300)}`, lines, cause)
}
