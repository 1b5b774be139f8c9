/**
 * One process a data directory. The lock is the operating system's, on the file `lock`, by way of a SQLite transaction that
 * never ends: it is gone when its process is, however that died. `pid` only says whose it is.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeDirectories } from '../../machinery/index.ts'
import { inUse, unusable } from './refusals.ts'
import { isBusy } from './sqlite-errors.ts'

/** Makes the directory if need be. Throws a Refusal when it is in use or cannot be written to. */
export function lockDirectory(directory: string): Disposable {
  const pidFile = join(directory, 'pid')
  let lock: DatabaseSync | undefined
  try {
    makeDirectories(directory, 0o700)
    lock = new DatabaseSync(join(directory, 'lock'), { timeout: 0 })
    lock.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE')
    writeFileSync(pidFile, `${process.pid}\n`)
  } catch (error) {
    lock?.close()
    throw isBusy(error) ? inUse(directory, readPid(pidFile)) : unusable(directory, error)
  }
  const held = lock
  return { [Symbol.dispose]: () => held.close() }
}

function readPid(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim()
  } catch {
    return '(unknown)'
  }
}
