/** How the store fails, apart from a precondition that does not hold (which is a CommitResult). */

export type StoreFailure =
  /** The history that was asked for has been compacted. */
  | 'compacted'
  /** A revision that the store has not reached. */
  | 'future'
  /** The store has been closed, by its owner. Nothing of the commit was written. */
  | 'closed'
  /** The engine failed (a failed fsync, an unexpected error): whether a pending commit was written is not known. */
  | 'failed'
  /** There is no space left. Nothing of the commit was written; the store serves on and can be tried again. */
  | 'full'
  /** A row is encrypted with a key that is not there, or is not what was written. The store serves everything else. */
  | 'unreadable'
  /** More than MAX_OPERATIONS or MAX_COMMIT_BYTES in one commit. */
  | 'tooLarge'

export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly reason: StoreFailure

  constructor(reason: StoreFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

export function isStoreError(error: unknown, reason: StoreFailure): error is StoreError {
  return error instanceof StoreError && error.reason === reason
}

export function compactedError(asked: number, compacted: number): StoreError {
  return new StoreError('compacted', `revision ${asked} has been compacted: the history begins at ${compacted}`)
}

export function futureError(asked: number, revision: number): StoreError {
  return new StoreError('future', `revision ${asked} is in the future: the store is at ${revision}`)
}

export function closedError(): StoreError {
  return new StoreError('closed', 'the store is closed')
}

export function fullError(message: string): StoreError {
  return new StoreError('full', `there is no space left for the store: ${message}`)
}

export function failedError(cause: unknown): StoreError {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new StoreError('failed', `the store has failed: ${message}`, { cause })
}
