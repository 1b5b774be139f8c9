/** SQLite's result codes (sqlite.org/rescode.html), of which node:sqlite gives the extended form as `errcode`. */
const FULL = 13
const BUSY = 5
const CORRUPT = 11
const NOT_A_DATABASE = 26

function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff
}

export function isSqliteError(error: unknown): boolean {
  return codeOf(error) !== undefined
}

/** No space left on the disk, or the database has reached its greatest size. The transaction can be rolled back. */
export function isFull(error: unknown): boolean {
  return codeOf(error) === FULL
}

/** Another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  return codeOf(error) === BUSY
}

/** What is in the file is not what SQLite wrote. */
export function isDamaged(error: unknown): boolean {
  const code = codeOf(error)
  return code === CORRUPT || code === NOT_A_DATABASE
}
