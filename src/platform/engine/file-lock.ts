/**
 * One run at a time for one owner in one workspace, on this machine. The lock is a row in a database of SQLite, kept by a
 * transaction that is open as long as the run: it ends with its process, however that dies, so none is ever left behind.
 * Between machines nothing has to be excluded for safety: providers make one cluster however many ask for it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeDirectories, type Result } from '../../machinery/index.ts'
import { digestOf } from './desired.ts'

export interface Holder {
  /** `apply on build-7, process 4711` */
  readonly holder: string
  /** RFC 3339, UTC. */
  readonly since: string
}

const SQLITE_BUSY = 5

/** Disposing gives it back. An error is whoever has it. */
export function fileLock(folder: string, key: unknown, self: Holder): Result<Disposable, Holder> {
  makeDirectories(folder, 0o700)
  const name = digestOf(key).slice('sha256:'.length, 'sha256:'.length + 16)
  const about = join(folder, `${name}.json`)
  const lock = lockFile(join(folder, `${name}.lock`))
  if (lock === undefined) return { ok: false, error: readHolder(about) }
  writeFileSync(about, JSON.stringify(self))
  return { ok: true, value: lock }
}

/** Undefined where another process, or another lock of this one, has it. */
export function lockFile(file: string): Disposable | undefined {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error
    return undefined
  }
  return { [Symbol.dispose]: () => database.close() }
}

/** It may be half-written: whoever has the lock is then not known yet. */
function readHolder(file: string): Holder {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch {
    return { holder: 'another run', since: '' }
  }
}
