/** Forgets the whole history of a store that no server runs on, and gives all its free space back to the disk. */
import { statSync } from 'node:fs'
import { createCompaction } from '../embedded/compaction.ts'
import { databaseFile, openForWriting } from '../embedded/schema.ts'
import { createTrimming } from '../embedded/trimming.ts'
import { type Revision, revisionOf } from '../store.ts'
import { exclusively } from './exclusively.ts'

export interface Compacted {
  readonly revision: Revision
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/** Throws a KeelsonError when the directory is in use, or is no data directory. */
export function compactStore(directory: string): Compacted {
  return exclusively(directory, () => {
    const size = () => statSync(databaseFile(directory)).size
    const bytesBefore = size()
    using db = openForWriting(directory, 'full')
    const revision = revisionOf(Number(db.prepare('SELECT max(version) AS version FROM log').get()?.version ?? 256))
    const compaction = createCompaction(db)
    compaction.compact(revision)
    createTrimming(db).forgetCuts(revision)
    while (compaction.slice()) {}
    // Only so a database of an older version gets the map by which a running store gives space back (auto_vacuum).
    db.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)')
    return { revision, bytesBefore, bytesAfter: size() }
  })
}
