/** Writes a backup: what is read from a store, in one file. */
import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { KeelsonError } from '../../machinery/index.ts'
import type { Revision } from '../store.ts'
import { type BackupItem, createFrameWriter, verifyBackup } from './format.ts'

export interface Backup {
  readonly revision: Revision
  readonly rows: number
  /** Of the file. */
  readonly bytes: number
}

/**
 * Throws a KeelsonError. The file is whole and verified when it has its name.
 *
 * @example
 * await backUp(readDirectory('.keelson'), 'keelson.backup', signal)
 */
export async function backUp(items: AsyncIterable<BackupItem>, file: string, signal: AbortSignal): Promise<Backup> {
  const partial = `${file}.partial`
  await claim(file, partial)
  try {
    const frames = createFrameWriter()
    let revision = 0

    async function* content(): AsyncGenerator<Buffer> {
      for await (const item of items) {
        if (item.type === 'header') {
          revision = item.header.revision
          yield frames.header(item.header)
        } else if (item.type === 'file') yield frames.file(item.file)
        else yield Buffer.concat(item.rows.map(frames.row))
      }
      yield frames.end()
    }

    const target = createWriteStream(partial, { flags: 'w', mode: 0o600, flush: true })
    await pipeline(Readable.from(content()), createGzip({ level: 1 }), target, { signal })
    // What was written is read again: a backup that cannot be restored is none.
    await verifyBackup(partial, signal)
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
    throw new KeelsonError(
      `${partial} is there: a backup to ${file} is being taken, or was interrupted`,
      'wait for it, or remove that file',
    )
  }
  throw new KeelsonError(`${file} is there already`, 'name a new file')
}
