/**
 * Makes a data directory of what was read from a backup or another store. Its revision lies above any that the store can have issued since, and its history
 * begins there: whoever watched or listed the store that was lost gets 410 and lists anew, instead of taking old revisions
 * for new ones (as `etcdctl snapshot restore --bump-revision --mark-compacted`).
 */
import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { readdir, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { KeelsonError, makeDirectories } from '../../machinery/index.ts'
import { lockDirectory } from '../embedded/lock.ts'
import { Refusal, unusable } from '../embedded/refusals.ts'
import { databaseFile, NOTHING, openForWriting, PAGE_SIZE, PUT } from '../embedded/schema.ts'
import { type Revision, versionOf } from '../store.ts'
import { writeDataFile } from './data-files.ts'
import type { BackupHeader, BackupItem } from './format.ts'

/** The least that is added, whatever the clocks say; and, for each second since the backup, more than any engine commits. */
const LEAST = 1_000_000_000
const EACH_SECOND = 20_000

export function restoredRevision({ revision, taken }: BackupHeader, now: number): Revision {
  return revision + LEAST + Math.ceil(Math.max(0, now - taken) / 1_000) * EACH_SECOND
}

export interface Restored {
  readonly revision: Revision
  readonly rows: number
}

/** The directory must be empty or not there. Throws a KeelsonError; the directory then is as it was. */
export async function makeDirectory(items: AsyncIterable<BackupItem>, directory: string): Promise<Restored> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new KeelsonError(`${directory} cannot be read: ${error.code}`, 'choose another data directory')
  })
  if (names.length > 0)
    throw new KeelsonError(`${directory} is not empty`, 'restore into a new directory, or move that one away first')
  const partial = `${directory}.restoring`
  try {
    makeDirectories(partial, 0o700)
  } catch (error) {
    const { message, remedy } = unusable(directory, error)
    throw new KeelsonError(message, remedy, { cause: error })
  }
  using _lock = lockPartial(partial, directory)
  try {
    // What one left that was cut off.
    const left = (await readdir(partial)).filter((name) => !OF_THE_LOCK.includes(name))
    for (const name of left) await rm(join(partial, name), { recursive: true })
    const restored = await fill(partial, items)
    await rmdir(directory).catch(() => {})
    await rename(partial, directory)
    return restored
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw error
  }
}

/** What lockDirectory keeps in it, as in every data directory. */
const OF_THE_LOCK = ['lock', 'pid']

function lockPartial(partial: string, directory: string): Disposable {
  try {
    return lockDirectory(partial)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new KeelsonError(`${directory} is being made by another: ${error.message}`, error.remedy, { cause: error })
  }
}

/** For sorting: at a million workspaces the rows fill it some thirty times over. */
const SORT_KIB = 128 * 1024
const STAGING_FILE = 'staging.db'

/**
 * Rows come by their keys, and the log goes by versions: written as they come, each row would be a page somewhere else, and a store
 * that is larger than memory would be written a hundred times over. So they are laid down first, and sorted once.
 */
async function fill(directory: string, items: AsyncIterable<BackupItem>): Promise<Restored> {
  using db = openForWriting(directory, 'off')
  using staging = stage(db, directory)
  const current = db.prepare('INSERT INTO current VALUES (?, ?)')
  let revision = 0
  let rows = 0
  db.exec('BEGIN')
  for await (const item of items) {
    if (item.type === 'header') revision = restoredRevision(item.header, Date.now())
    else if (item.type === 'file') await writeDataFile(directory, item.file)
    else {
      for (const { key, value, version } of item.rows) {
        staging.insert.run(version, key, value)
        current.run(key, version)
      }
      rows += item.rows.length
    }
  }
  db.exec(`INSERT INTO log SELECT version, ${PUT}, NULL, key, value FROM staging.rows ORDER BY version`)
  db.prepare("INSERT INTO log VALUES (?, ?, NULL, '', NULL)").run(versionOf(revision, 0), NOTHING)
  const setMeta = db.prepare('UPDATE meta SET value = ? WHERE name = ?')
  setMeta.run(revision, 'compacted')
  setMeta.run(versionOf(revision, 0), 'scanned')
  db.exec('COMMIT; DETACH staging')
  rmSync(join(directory, STAGING_FILE))
  // All of it reaches the disk before the directory gets its name.
  db.exec('PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE)')
  sync(databaseFile(directory))
  sync(directory)
  return { revision, rows }
}

interface Staging extends Disposable {
  readonly insert: StatementSync
}

/** What fails leaves a directory that is removed as a whole: what a journal would hold need not reach the disk. */
function stage(db: DatabaseSync, directory: string): Staging {
  const { SQLITE_TMPDIR: before } = process.env
  // SQLite sorts beside the store, where there is room for it; where it does by default there may be none.
  process.env.SQLITE_TMPDIR = directory
  db.exec(`PRAGMA journal_mode = MEMORY; PRAGMA cache_size = -${SORT_KIB}`)
  db.prepare('ATTACH ? AS staging').run(join(directory, STAGING_FILE))
  db.exec(
    `PRAGMA staging.page_size = ${PAGE_SIZE}; PRAGMA staging.journal_mode = MEMORY; PRAGMA staging.synchronous = OFF`,
  )
  db.exec('CREATE TABLE staging.rows (version INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL)')
  return {
    insert: db.prepare('INSERT INTO staging.rows VALUES (?, ?, ?)'),
    [Symbol.dispose]() {
      if (before === undefined) delete process.env.SQLITE_TMPDIR
      else process.env.SQLITE_TMPDIR = before
    },
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}
