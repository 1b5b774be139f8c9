import { isStatus, KeelsonError, StatusError } from '../../machinery/index.ts'
import { isProviderError, providerUnreachable } from '../provider-error.ts'
import { TYPE } from './endpoint-object.ts'

/** What the server answers. Where it does not, or not as it should, the world is unreachable, never empty. */
export async function ask<T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  try {
    const answer = await request()
    signal.throwIfAborted()
    return answer
  } catch (error) {
    signal.throwIfAborted()
    if (isProviderError(error)) throw error
    if (['NotFound', 'AlreadyExists', 'Conflict'].some((reason) => isStatus(error, reason))) throw error
    if (error instanceof StatusError || error instanceof KeelsonError)
      throw providerUnreachable(TYPE, error.message, error)
    throw error
  }
}
