/**
 * The format of what lies in etcd: the row `format`. A version of Keelson works in any of those that it knows, and leaves the one that
 * it finds: in a rolling upgrade processes of two versions work on one store, in the older's format. Once all are of the newer
 * version, `keelson store upgrade` raises it, and a process that does not know the format ends.
 */
import { KeelsonError } from '../../machinery/index.ts'

export const OLDEST_FORMAT = 1
export const NEWEST_FORMAT = 1

export interface FormatRow {
  readonly format: number
  /** The store's revision when the row was made. */
  readonly first: number
}

export function encodeFormat(row: FormatRow): Buffer {
  return Buffer.from(JSON.stringify(row))
}

/** Throws a KeelsonError for a format that this version does not know. */
export function decodeFormat(bytes: Buffer): FormatRow {
  const { format, first } = JSON.parse(bytes.toString()) as FormatRow
  if (format >= OLDEST_FORMAT && format <= NEWEST_FORMAT) return { format, first }
  const known = OLDEST_FORMAT === NEWEST_FORMAT ? `${NEWEST_FORMAT}` : `${OLDEST_FORMAT} to ${NEWEST_FORMAT}`
  throw new KeelsonError(
    `the store in etcd has format ${format}, this version of Keelson knows format ${known}`,
    format > NEWEST_FORMAT
      ? 'use a newer version of Keelson, or another --etcd-prefix'
      : 'run keelson store upgrade of a version that knows both formats, or name another --etcd-prefix',
  )
}
