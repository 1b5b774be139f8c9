/**
 * Takes a backup of a data directory, whether a server runs on it or not. It reads the files, as their owner may, by a
 * connection of its own: one read transaction is one moment's picture, the server's event loop has no part in it, and no
 * endpoint can hand out everything to whoever finds a way to ask. What is written meanwhile stays in the write-ahead log.
 */
import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { KeelsonError } from '../../machinery/index.ts'
import { openToRead } from '../embedded/open-to-read.ts'
import { asBuffer } from '../embedded/wire.ts'
import { type Revision, revisionOf } from '../store.ts'
import { dataFiles } from './data-files.ts'
import { createFrameWriter, readBackup } from './format.ts'

export interface Backup {
  readonly revision: Revision
  readonly rows: number
  /** Of the file. */
  readonly bytes: number
}

/** So many bytes of rows go to the stream at once. */
const CHUNK = 256 * 1024

/** Throws a KeelsonError. The file is whole and verified when it has its name. */
export async function backUp(directory: string, file: string, signal: AbortSignal): Promise<Backup> {
  using db = openToRead(directory)
  const partial = `${file}.partial`
  await claim(file, partial)
  try {
    db.exec('BEGIN')
    const newest = db.prepare('SELECT max(version) AS version FROM log').get()?.version as number | null
    const revision = newest === null ? 1 : revisionOf(newest)
    const frames = createFrameWriter()
    const rows = db.prepare(`
      SELECT current.key, current.version, log.value FROM current JOIN log ON log.version = current.version
      ORDER BY current.key`)
    rows.setReturnArrays(true)

    async function* content(): AsyncGenerator<Buffer> {
      yield frames.header({ revision, taken: Date.now() })
      for await (const each of dataFiles(directory)) yield frames.file(each)
      let gathered: Buffer[] = []
      let bytes = 0
      for (const row of rows.iterate() as Iterable<unknown>) {
        const [key, version, value] = row as [string, number, Uint8Array]
        const frame = frames.row({ key, version, value: asBuffer(value) })
        gathered.push(frame)
        bytes += frame.length
        if (bytes < CHUNK) continue
        yield Buffer.concat(gathered)
        gathered = []
        bytes = 0
      }
      yield Buffer.concat(gathered)
      yield frames.end()
    }

    const target = createWriteStream(partial, { flags: 'w', mode: 0o600, flush: true })
    await pipeline(Readable.from(content()), createGzip({ level: 1 }), target, { signal })
    // What was written is read again: a backup that cannot be restored is none.
    for await (const _ of readBackup(partial, signal));
    await rename(partial, file)
    return { revision, rows: frames.written.rows, bytes: target.bytesWritten }
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

/** A backup replaces nothing. */
async function claim(file: string, partial: string): Promise<void> {
  try {
    await (await open(partial, 'wx', 0o600)).close()
    const existing = await open(file, 'r').catch(() => undefined)
    await existing?.close()
    if (existing === undefined) return
    await rm(partial)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST') throw new KeelsonError(`${file} cannot be written: ${code}`, 'name a file that can be')
  }
  throw new KeelsonError(`${file} is there already, or is being written`, 'name a new file')
}
