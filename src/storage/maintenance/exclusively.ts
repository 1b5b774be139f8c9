import { existsSync } from 'node:fs'
import { KeelsonError } from '../../machinery/index.ts'
import { lockDirectory } from '../embedded/lock.ts'
import { Refusal } from '../embedded/refusals.ts'
import { databaseFile } from '../embedded/schema.ts'

/** Does what no server may run beside. Throws a KeelsonError when the directory is in use, or is no data directory. */
export function exclusively<T>(directory: string, work: () => T): T {
  assertDataDirectory(directory)
  try {
    using _lock = lockDirectory(directory)
    return work()
  } catch (error) {
    throw error instanceof Refusal ? new KeelsonError(error.message, error.remedy, { cause: error }) : error
  }
}

/** Throws a KeelsonError: what only looks after a store makes none. */
export function assertDataDirectory(directory: string): void {
  if (existsSync(databaseFile(directory))) return
  throw new KeelsonError(`${directory} is no data directory: it has no store.db`, 'name the directory of --data')
}
