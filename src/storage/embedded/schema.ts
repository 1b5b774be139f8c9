/**
 * How the embedded engine lies on disk: `store.db`, a SQLite database in WAL mode.
 *
 * - `log` is append-only: one row per operation that changed something, under its version. `previous` is the version of the
 *   key's state before. Rows of the current state stay; what they superseded goes when the history is compacted.
 * - `current` leads from a key to its row in the log. `gone` has the deletions that the history remembers, by key.
 * - `cuts` tells where the history of a share begins that has outgrown its bound (trimming.ts).
 * - The greatest version in the log is the store's revision: a commit without effect leaves a row of kind NOTHING.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { newerFormat } from './refusals.ts'

/** 2: `cuts`. */
export const FORMAT = 2
export const PAGE_SIZE = 16_384
const CACHE_KIB = 8_192
/** The write-ahead log's file is cut to this when it begins anew. */
const WAL_BYTES = 64 * 1024 * 1024

export const PUT = 0
export const DELETE = 1
/** A deletePrefix: `key` is the prefix, `value` the last key that it removed; the keys are in `gone`. */
export const SWEEP = 2
export const NOTHING = 3

const CUTS = 'CREATE TABLE cuts (share TEXT PRIMARY KEY, before INTEGER NOT NULL) WITHOUT ROWID;'

const TABLES = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE log (
  version INTEGER PRIMARY KEY, kind INTEGER NOT NULL, previous INTEGER, key TEXT NOT NULL, value BLOB
);
CREATE TABLE current (key TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE gone (
  key TEXT NOT NULL, version INTEGER NOT NULL, previous INTEGER NOT NULL, PRIMARY KEY (key, version)
) WITHOUT ROWID;
CREATE TABLE ages (revision INTEGER PRIMARY KEY, uptime INTEGER NOT NULL);
${CUTS}
INSERT INTO meta VALUES ('format', ${FORMAT}), ('compacted', 0), ('scanned', 0), ('uptime', 0);
`

export function databaseFile(directory: string): string {
  return join(directory, 'store.db')
}

/**
 * The writer's connection. Creates what is missing; throws a Refusal for a directory of a newer version. `fullfsync` has macOS
 * write to the medium, where its fsync only hands over to the disk.
 */
export function openForWriting(directory: string, synchronous: 'full' | 'off'): DatabaseSync {
  const db = new DatabaseSync(databaseFile(directory), { timeout: 5_000 })
  const made = hasTables(db)
  // Of a database that is there it would write the header, at each start.
  if (!made) db.exec(`PRAGMA page_size = ${PAGE_SIZE}; PRAGMA auto_vacuum = INCREMENTAL`)
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA fullfsync = ON`)
  db.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = ${WAL_BYTES}`)
  if (made) {
    migrate(db, checkFormat(db, directory))
    return db
  }
  db.exec(`BEGIN IMMEDIATE; ${TABLES} COMMIT`)
  syncDirectories(directory)
  return db
}

/** New files last when their names do: SQLite sees to what it writes in them. */
function syncDirectories(directory: string): void {
  for (const path of [directory, dirname(directory)]) {
    const descriptor = openSync(path, 'r')
    fsyncSync(descriptor)
    closeSync(descriptor)
  }
}

function hasTables(db: DatabaseSync): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get() !== undefined
}

export function openForCheckpoints(directory: string, synchronous: 'full' | 'off'): DatabaseSync {
  const db = new DatabaseSync(databaseFile(directory), { timeout: 5_000 })
  db.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA fullfsync = ON; PRAGMA wal_autocheckpoint = 0`)
  return db
}

export function openForReading(directory: string): DatabaseSync {
  const db = new DatabaseSync(databaseFile(directory), { readOnly: true, timeout: 5_000 })
  db.exec(`PRAGMA cache_size = -${CACHE_KIB}`)
  return db
}

/** Throws a Refusal for a format that this version does not know. */
export function checkFormat(db: DatabaseSync, directory: string): number {
  const format = db.prepare("SELECT value FROM meta WHERE name = 'format'").get()?.value
  if (typeof format === 'number' && format <= FORMAT) return format
  throw newerFormat(directory, String(format), FORMAT)
}

/** From a format to the next, until it is this version's. */
const MIGRATIONS: Readonly<Record<number, string>> = { 1: CUTS }

function migrate(db: DatabaseSync, from: number): void {
  for (let format = from; format < FORMAT; format++) {
    db.exec(
      `BEGIN IMMEDIATE; ${MIGRATIONS[format]} UPDATE meta SET value = ${format + 1} WHERE name = 'format'; COMMIT`,
    )
  }
}

export function readMeta(db: DatabaseSync, name: 'compacted' | 'scanned' | 'uptime'): number {
  return Number(db.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.value)
}
