/** Whether a cluster's API answers, asked without a credential and believed only by its own authority. */
import { request } from 'node:https'
import type { ClusterEndpoint } from '../provider.ts'

/** Milliseconds. */
const WITHIN = 5000

export async function answers(
  { host, port }: Pick<ClusterEndpoint, 'host' | 'port'>,
  ca: string,
  signal: AbortSignal,
): Promise<boolean> {
  const status = await new Promise<number | undefined>((resolve) => {
    const asking = request({
      host,
      port,
      ca,
      path: '/readyz',
      agent: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(WITHIN)]),
    })
    asking.once('response', (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    asking.once('error', () => resolve(undefined))
    asking.end()
  })
  signal.throwIfAborted()
  // Where anonymous requests are refused, somebody refuses them.
  return status === 200 || status === 401 || status === 403
}
