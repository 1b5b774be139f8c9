import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { KeelsonError } from '../../machinery/index.ts'
import { unusable } from './refusals.ts'
import { checkFormat, databaseFile, openForReading } from './schema.ts'

/** For another process than the one that has the store, or none. Throws a KeelsonError where there is no store to read. */
export function openToRead(directory: string): DatabaseSync {
  if (!existsSync(databaseFile(directory))) {
    throw new KeelsonError(`${directory} is no data directory: it has no store.db`, 'name the directory of --data')
  }
  try {
    const db = openForReading(directory)
    checkFormat(db, directory)
    return db
  } catch (error) {
    const { message, remedy } = unusable(directory, error)
    throw new KeelsonError(message, remedy, { cause: error })
  }
}
