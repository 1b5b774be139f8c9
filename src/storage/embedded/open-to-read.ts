import type { DatabaseSync } from 'node:sqlite'
import { KeelsonError } from '../../machinery/index.ts'
import { assertDataDirectory } from '../maintenance/exclusively.ts'
import { unusable } from './refusals.ts'
import { checkFormat, openForReading } from './schema.ts'

/** For another process than the one that has the store, or none. Throws a KeelsonError where there is no store to read. */
export function openToRead(directory: string): DatabaseSync {
  assertDataDirectory(directory)
  try {
    const db = openForReading(directory)
    checkFormat(db, directory)
    return db
  } catch (error) {
    const { message, remedy } = unusable(directory, error)
    throw new KeelsonError(message, remedy, { cause: error })
  }
}
