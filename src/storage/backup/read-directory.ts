/**
 * All that a data directory holds, whether a server runs on it or not. It reads the files, as their owner may, by a connection of
 * its own: one read transaction is one moment's picture, the server's event loop has no part in it, and no endpoint can hand
 * out everything to whoever finds a way to ask. What is written meanwhile stays in the write-ahead log.
 */
import { openToRead } from '../embedded/open-to-read.ts'
import { asBuffer } from '../embedded/wire.ts'
import { type Row, revisionOf } from '../store.ts'
import { dataFiles } from './data-files.ts'
import type { BackupItem } from './format.ts'

/** So many bytes of rows at a time. */
const BATCH_BYTES = 256 * 1024

/** Throws a KeelsonError where there is no store to read. */
export async function* readDirectory(directory: string): AsyncGenerator<BackupItem> {
  using db = openToRead(directory)
  db.exec('BEGIN')
  const newest = db.prepare('SELECT max(version) AS version FROM log').get()?.version as number | null
  yield { type: 'header', header: { revision: newest === null ? 1 : revisionOf(newest), taken: Date.now() } }
  for await (const file of dataFiles(directory)) yield { type: 'file', file }
  const found = db.prepare(`
    SELECT current.key, current.version, log.value FROM current JOIN log ON log.version = current.version
    ORDER BY current.key`)
  found.setReturnArrays(true)
  let rows: Row[] = []
  let bytes = 0
  for (const one of found.iterate() as Iterable<unknown>) {
    const [key, version, value] = one as [string, number, Uint8Array]
    rows.push({ key, version, value: asBuffer(value) })
    bytes += key.length + value.length
    if (bytes < BATCH_BYTES) continue
    yield { type: 'rows', rows }
    rows = []
    bytes = 0
  }
  if (rows.length > 0) yield { type: 'rows', rows }
}
