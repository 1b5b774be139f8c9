/** Looks at a store from outside, whether a server runs on it or not: what is in it, and whether it is what it should be. */
import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { openToRead } from '../embedded/open-to-read.ts'
import { databaseFile, FORMAT, PUT, readMeta } from '../embedded/schema.ts'
import { asBuffer } from '../embedded/wire.ts'
import { findEncryption } from '../encryption/key-file.ts'
import { isSealed, keyIdOf, unseal } from '../encryption/seal.ts'
import { type Revision, revisionOf } from '../store.ts'

export interface StoreReport {
  readonly format: number
  readonly revision: Revision
  /** Where the history begins. */
  readonly compacted: Revision
  readonly rows: number
  /** Of the rows, how many are encrypted. */
  readonly encrypted: number
  /** How many by each key, `<algorithm>:<name>`. */
  readonly keys: Readonly<Record<string, number>>
  /** Entries of the log: the rows, and what the history remembers beside them. Etcd does not tell. */
  readonly history?: number
  /** Of the file, or of that of one member of etcd, if it is told. */
  readonly bytes?: number
  readonly freeBytes?: number
  /** What is wrong, a line each; none: the store is whole. */
  readonly problems: readonly string[]
}

const MOST_PROBLEMS = 20

/** Throws a KeelsonError when there is no store that can be read. */
export function checkStore(directory: string, encryptionFile: string | undefined): StoreReport {
  using db = openToRead(directory)
  const encryption = findEncryption(directory, encryptionFile)
  const number = (sql: string): number => Number(Object.values(db.prepare(sql).get() ?? {})[0] ?? 0)
  db.exec('BEGIN')
  const problems = [...damage(db), ...lost(db)]
  const keys: Record<string, number> = {}
  let encrypted = 0
  for (const [key, value] of currentRows(db)) {
    if (!key.startsWith('/') || !isSealed(value)) continue
    encrypted++
    const id = keyIdOf(value)
    keys[id] = (keys[id] ?? 0) + 1
    try {
      unseal(encryption.readKeys, key, value)
    } catch (error) {
      problems.push((error as Error).message)
    }
    if (problems.length > MOST_PROBLEMS) break
  }
  const report = {
    format: FORMAT,
    revision: Math.max(1, revisionOf(number('SELECT max(version) FROM log'))),
    compacted: readMeta(db, 'compacted'),
    rows: number('SELECT count(*) FROM current'),
    encrypted,
    keys,
    history: number('SELECT count(*) FROM log'),
    bytes: statSync(databaseFile(directory)).size,
    freeBytes: number('PRAGMA freelist_count') * number('PRAGMA page_size'),
    problems: problems.slice(0, MOST_PROBLEMS),
  }
  db.exec('COMMIT')
  return report
}

/** What SQLite finds: pages, indexes, order. */
function damage(db: DatabaseSync): string[] {
  const found = db.prepare(`PRAGMA integrity_check(${MOST_PROBLEMS})`).all()
  return found.map((row) => String(row.integrity_check)).filter((line) => line !== 'ok')
}

/** What no store of ours looks like: a row without its state, a deletion without what was deleted. */
function lost(db: DatabaseSync): string[] {
  const rows = db.prepare(`
    SELECT current.key AS key FROM current LEFT JOIN log
    ON log.version = current.version AND log.key = current.key AND log.kind = ${PUT}
    WHERE log.version IS NULL LIMIT ${MOST_PROBLEMS}`)
  const gone = db.prepare(`
    SELECT gone.key AS key FROM gone LEFT JOIN log ON log.version = gone.previous
    WHERE log.version IS NULL LIMIT ${MOST_PROBLEMS}`)
  return [
    ...rows.all().map(({ key }) => `the row ${key} has no value`),
    ...gone.all().map(({ key }) => `the history has lost what ${key} was before it was deleted`),
  ]
}

function* currentRows(db: DatabaseSync): Generator<[string, Buffer]> {
  const rows = db.prepare('SELECT current.key, log.value FROM current JOIN log ON log.version = current.version')
  rows.setReturnArrays(true)
  for (const row of rows.iterate() as Iterable<unknown>) {
    const [key, value] = row as [string, Uint8Array]
    yield [key, asBuffer(value)]
  }
}
