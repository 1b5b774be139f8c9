/** Keeps the write-ahead log short: its pages are copied into the database, in between groups of commits. */
import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { databaseFile } from './schema.ts'
import { isFull } from './sqlite-errors.ts'

const LIMIT_BYTES = 32 * 1024 * 1024

export interface Checkpoints {
  afterGroup(): void
}

export function createCheckpoints(db: DatabaseSync, directory: string): Checkpoints {
  const wal = `${databaseFile(directory)}-wal`
  return {
    afterGroup() {
      if (statSync(wal).size < LIMIT_BYTES) return
      try {
        db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      } catch (error) {
        if (!isFull(error)) throw error
      }
    },
  }
}
