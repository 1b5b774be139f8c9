import { existsSync } from 'node:fs'
import { KeelsonError } from '../../machinery/index.ts'
import { lockDirectory } from '../embedded/lock.ts'
import { Refusal } from '../embedded/refusals.ts'
import { databaseFile } from '../embedded/schema.ts'

/** Does what no server may run beside. Throws a KeelsonError when the directory is in use, or is no data directory. */
export function exclusively<T>(directory: string, work: () => T): T {
  if (!existsSync(databaseFile(directory)))
    throw new KeelsonError(`${directory} is no data directory: it has no store.db`, 'name the directory of --data')
  try {
    using _lock = lockDirectory(directory)
    return work()
  } catch (error) {
    throw error instanceof Refusal ? new KeelsonError(error.message, error.remedy, { cause: error }) : error
  }
}
