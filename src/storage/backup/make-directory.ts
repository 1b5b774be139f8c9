/**
 * Makes a data directory of what was read from a backup or another store. Its revision lies above any that the store can have issued since, and its history
 * begins there: whoever watched or listed the store that was lost gets 410 and lists anew, instead of taking old revisions
 * for new ones (as `etcdctl snapshot restore --bump-revision --mark-compacted`).
 */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { KeelsonError } from '../../machinery/index.ts'
import { databaseFile, NOTHING, openForWriting, PUT } from '../embedded/schema.ts'
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
  await rm(partial, { recursive: true, force: true })
  await mkdir(dirname(directory), { recursive: true })
  await mkdir(partial, { mode: 0o700 })
  try {
    const restored = await fill(partial, items)
    await rmdir(directory).catch(() => {})
    await rename(partial, directory)
    return restored
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw error
  }
}

async function fill(directory: string, items: AsyncIterable<BackupItem>): Promise<Restored> {
  using db = openForWriting(directory, 'off')
  const log = db.prepare('INSERT INTO log (version, kind, previous, key, value) VALUES (?, ?, NULL, ?, ?)')
  const current = db.prepare('INSERT INTO current VALUES (?, ?)')
  let revision = 0
  let rows = 0
  db.exec('BEGIN')
  for await (const item of items) {
    if (item.type === 'header') revision = restoredRevision(item.header, Date.now())
    else if (item.type === 'file') await writeDataFile(directory, item.file)
    else {
      for (const { key, value, version } of item.rows) {
        log.run(version, PUT, key, value)
        current.run(key, version)
      }
      rows += item.rows.length
      db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE); BEGIN')
    }
  }
  log.run(versionOf(revision, 0), NOTHING, '', null)
  const setMeta = db.prepare('UPDATE meta SET value = ? WHERE name = ?')
  setMeta.run(revision, 'compacted')
  setMeta.run(versionOf(revision, 0), 'scanned')
  // All of it reaches the disk before the directory gets its name.
  db.exec('COMMIT; PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)')
  sync(databaseFile(directory))
  sync(directory)
  return { revision, rows }
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}
