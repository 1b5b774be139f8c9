import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

const pollMilliseconds = 250
const SQLITE_BUSY = 5

/**
 * Runs `work` while nobody else runs anything under the same lock. It is the operating system's, by way of SQLite: it ends with its
 * process, however that dies, so that nobody has to judge whether a holder still lives. The file stays.
 */
export async function withLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    using lock = tryLock(`${path}.db`)
    if (lock !== undefined) return await work()
    await sleep(pollMilliseconds)
  }
}

function tryLock(file: string): Disposable | undefined {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE')
    return { [Symbol.dispose]: () => database.close() }
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error
    return undefined
  }
}
