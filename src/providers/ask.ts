/** How a provider asks an API server for what it knows of its world. */
import { isStatus, KeelsonError, StatusError } from '../machinery/index.ts'
import { isProviderError, providerUnreachable } from './provider-error.ts'

/**
 * NotFound, AlreadyExists and Conflict are answers; everything else says that nothing is known: `unreachable`, never absent.
 * `subject` is who is asked: `cluster production`.
 */
export async function askWorld<T>(subject: string, signal: AbortSignal, request: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  try {
    const answer = await request()
    signal.throwIfAborted()
    return answer
  } catch (error) {
    signal.throwIfAborted()
    if (isProviderError(error)) throw error
    if (['NotFound', 'AlreadyExists', 'Conflict'].some((reason) => isStatus(error, reason))) throw error
    if (isStatus(error, 'Unauthorized')) {
      throw providerUnreachable(subject, 'it does not accept the credential of its kubeconfig', error)
    }
    if (error instanceof KeelsonError) {
      throw providerUnreachable(subject, `${error.message}; ${error.remedy}`, error)
    }
    if (error instanceof StatusError) throw providerUnreachable(subject, error.message, error)
    throw error
  }
}
