/**
 * A backup file: gzip of frames, each `[length u32][type u8][body]`. First HEADER, then FILEs and ROWs, last END, which has the
 * SHA-256 of every byte before it: a file that is cut off, or was changed, is told from a whole one.
 *
 *     HEADER  JSON: format, revision, taken (milliseconds since 1970)
 *     FILE    JSON length u32, JSON {path, mode}, content
 *     ROW     version f64, length of the key u16, key, value as it lies in the store (sealed rows stay sealed)
 *     END     JSON: rows, files, sha256
 */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { KeelsonError } from '../../machinery/index.ts'
import type { Revision, Row } from '../store.ts'

export const BACKUP_FORMAT = 1
const HEADER = 1
const FILE = 2
const ROW = 3
const END = 4
const FRAME = 5
/** Larger than any row or file of a data directory. */
const MOST_BYTES = 256 * 1024 * 1024

export interface BackupHeader {
  readonly revision: Revision
  /** Milliseconds since 1970. */
  readonly taken: number
}

export interface BackedUpFile {
  /** Relative to the data directory, with `/`. */
  readonly path: string
  readonly mode: number
  readonly content: Buffer
}

export interface BackupSummary {
  readonly rows: number
  readonly files: number
}

export interface FrameWriter {
  header(header: BackupHeader): Buffer
  file(file: BackedUpFile): Buffer
  row(row: Row): Buffer
  end(): Buffer
  readonly written: BackupSummary
}

function frame(type: number, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const head = Buffer.alloc(FRAME)
  head.writeUInt32LE(length, 0)
  head[4] = type
  return Buffer.concat([head, ...parts])
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

export function createFrameWriter(): FrameWriter {
  const hash = createHash('sha256')
  const written = { rows: 0, files: 0 }
  const hashed = (bytes: Buffer): Buffer => {
    hash.update(bytes)
    return bytes
  }
  return {
    written,
    header: (header) => hashed(frame(HEADER, json({ format: BACKUP_FORMAT, ...header }))),
    file({ path, mode, content }) {
      written.files++
      const about = json({ path, mode })
      const length = Buffer.alloc(4)
      length.writeUInt32LE(about.length)
      return hashed(frame(FILE, length, about, content))
    },
    row({ key, value, version }) {
      written.rows++
      const head = Buffer.alloc(10 + key.length)
      head.writeDoubleLE(version, 0)
      head.writeUInt16LE(key.length, 8)
      head.write(key, 10, 'latin1')
      return hashed(frame(ROW, head, value))
    },
    end: () => frame(END, json({ ...written, sha256: hash.digest('hex') })),
  }
}

export type BackupItem =
  | { readonly type: 'header'; readonly header: BackupHeader }
  | { readonly type: 'file'; readonly file: BackedUpFile }
  /** Some at a time, in the order of their keys. */
  | { readonly type: 'rows'; readonly rows: readonly Row[] }

/** Reads all of a backup: throws a KeelsonError when it cannot be restored. */
export async function verifyBackup(path: string, signal: AbortSignal): Promise<void> {
  for await (const _ of readBackup(path, signal));
}

/** Throws a KeelsonError when the file is no backup, is of a newer format, or is not whole; the last only at its end. */
export async function* readBackup(path: string, signal: AbortSignal): AsyncGenerator<BackupItem> {
  const hash = createHash('sha256')
  const seen = { rows: 0, files: 0 }
  let ended = false
  for await (const frames of framesOf(path, signal)) {
    let rows: Row[] = []
    for (const { type, bytes } of frames) {
      const body = bytes.subarray(FRAME)
      if (ended) throw damaged(path, 'something follows its end')
      if (type === END) {
        checkEnd(path, JSON.parse(body.toString('utf8')), seen, hash)
        ended = true
        continue
      }
      hash.update(bytes)
      if (type === ROW) {
        seen.rows++
        rows.push(rowOf(body))
        continue
      }
      if (rows.length > 0) yield { type: 'rows', rows }
      rows = []
      if (type === HEADER) yield { type: 'header', header: headerOf(path, body) }
      else if (type === FILE) {
        seen.files++
        yield { type: 'file', file: fileOf(body) }
      } else throw damaged(path, `it has a part of the unknown type ${type}`)
    }
    if (rows.length > 0) yield { type: 'rows', rows }
  }
  if (!ended) throw damaged(path, 'its end is missing')
}

interface Frame {
  readonly type: number
  readonly bytes: Buffer
}

/** As many at a time as a piece of the file ends. */
async function* framesOf(path: string, signal: AbortSignal): AsyncGenerator<readonly Frame[]> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const piece of unzipped(path, signal)) {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const frames: Frame[] = []
    let at = 0
    while (rest.length - at >= FRAME) {
      const length = rest.readUInt32LE(at)
      if (length > MOST_BYTES) throw damaged(path, 'a length in it cannot be')
      const end = at + FRAME + length
      if (rest.length < end) break
      frames.push({ type: rest[at + 4] as number, bytes: rest.subarray(at, end) })
      at = end
    }
    rest = rest.subarray(at)
    if (frames.length > 0) yield frames
  }
  if (rest.length > 0) throw damaged(path, 'it is cut off')
}

async function* unzipped(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const unzip = createGunzip({ chunkSize: 256 * 1024 })
  const reading = pipeline(createReadStream(path), unzip, { signal })
  // It is told below, where the pieces are taken.
  reading.catch(() => {})
  try {
    yield* unzip as AsyncIterable<Buffer>
    await reading
  } catch (error) {
    if (signal.aborted) throw error
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'Z_DATA_ERROR' || code === 'Z_BUF_ERROR') throw damaged(path, 'it is cut off or no backup')
    if (error instanceof KeelsonError) throw error
    throw new KeelsonError(`${path} cannot be read: ${code}`, 'name a file that keelson backup has written')
  }
}

function headerOf(path: string, body: Buffer): BackupHeader {
  const { format, ...header } = JSON.parse(body.toString('utf8')) as BackupHeader & { readonly format: number }
  if (format <= BACKUP_FORMAT) return header
  throw new KeelsonError(
    `${path} has format ${format}, this version of Keelson knows formats up to ${BACKUP_FORMAT}`,
    'restore it with the version of Keelson that wrote it, or a newer one',
  )
}

function fileOf(body: Buffer): BackedUpFile {
  const length = body.readUInt32LE(0)
  const about = JSON.parse(body.toString('utf8', 4, 4 + length)) as { path: string; mode: number }
  return { ...about, content: Buffer.from(body.subarray(4 + length)) }
}

function rowOf(body: Buffer): Row {
  const end = 10 + body.readUInt16LE(8)
  return {
    version: body.readDoubleLE(0),
    key: body.toString('latin1', 10, end),
    value: Buffer.from(body.subarray(end)),
  }
}

function checkEnd(path: string, end: BackupSummary & { sha256: string }, seen: BackupSummary, hash: Hash): void {
  if (end.sha256 !== hash.digest('hex')) throw damaged(path, 'its checksum does not agree')
  if (end.rows !== seen.rows || end.files !== seen.files) throw damaged(path, 'parts of it are missing')
}

function damaged(path: string, why: string): KeelsonError {
  return new KeelsonError(`the backup ${path} is damaged: ${why}`, 'take another backup')
}
