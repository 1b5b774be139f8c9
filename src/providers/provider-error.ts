import type { ObservedCluster } from './provider.ts'

/**
 * - `unreachable`: the world did not answer; nothing is known about what exists. Try again later.
 * - `conflict`: the cluster or its name is not ours to touch.
 * - `refused`: the provider cannot honour `fields`, or the call makes no sense for the cluster's state. Nothing was changed.
 * - `failed`: it was tried and went wrong; `logTail` has the last lines of the cluster's own output.
 * - `gone`: no cluster has this externalID (any more).
 */
export type ProviderErrorReason = 'unreachable' | 'conflict' | 'refused' | 'failed' | 'gone'

export interface RefusedField {
  /** `spec.version` */
  field: string
  message: string
}

interface Details {
  fields?: readonly RefusedField[]
  logTail?: readonly string[]
  cause?: unknown
}

/** A call of a cluster provider that failed. `message` is one line without secrets. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError'
  readonly reason: ProviderErrorReason
  readonly fields: readonly RefusedField[]
  /** Oldest first, at most 20 lines, without secrets. */
  readonly logTail: readonly string[]

  constructor(reason: ProviderErrorReason, message: string, { fields = [], logTail = [], cause }: Details = {}) {
    super(message, { cause })
    this.reason = reason
    this.fields = fields
    this.logTail = logTail.slice(-20)
  }
}

export function isProviderError(error: unknown, reason?: ProviderErrorReason): error is ProviderError {
  return error instanceof ProviderError && (reason === undefined || error.reason === reason)
}

export function providerUnreachable(provider: string, message: string, cause?: unknown): ProviderError {
  return new ProviderError('unreachable', `${provider} does not answer: ${message}`, { cause })
}

export function clusterConflict(cluster: Pick<ObservedCluster, 'externalName'>, message: string): ProviderError {
  return new ProviderError('conflict', `cluster ${cluster.externalName} is left alone: ${message}`)
}

export function fieldsRefused(fields: readonly RefusedField[]): ProviderError {
  const text = fields.map(({ field, message }) => `${field}: ${message}`).join('; ')
  return new ProviderError('refused', text, { fields })
}

export function callRefused(message: string): ProviderError {
  return new ProviderError('refused', message)
}

export function operationFailed(message: string, logTail: readonly string[] = [], cause?: unknown): ProviderError {
  return new ProviderError('failed', message, { logTail, cause })
}

export function clusterGone(externalID: string): ProviderError {
  return new ProviderError('gone', `no cluster ${externalID} exists`)
}
