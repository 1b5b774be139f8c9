/** Rows of a backup in plain text, by the keys that the backup itself holds. */
import { type Encryption, parseEncryption } from '../encryption/configuration.ts'
import { ENCRYPTION_FILE } from '../encryption/key-file.ts'
import { isSealed, keyIdOf, unseal } from '../encryption/seal.ts'
import type { Row } from '../store.ts'
import { readBackup } from './format.ts'

type ReadKeys = Encryption['readKeys']

/** None when its store was encrypted with keys that are kept elsewhere. */
export async function readBackupEncryption(file: string, signal: AbortSignal): Promise<ReadKeys> {
  for await (const item of readBackup(file, signal)) {
    // Files come before rows.
    if (item.type === 'rows') break
    if (item.type === 'file' && item.file.path === ENCRYPTION_FILE)
      return parseEncryption(item.file.content.toString('utf8'), `${file}: ${ENCRYPTION_FILE}`).readKeys
  }
  return new Map()
}

/** The key that is missing for the row, if one is. */
export function missingKey(row: Row, keys: ReadKeys): string | undefined {
  if (!row.key.startsWith('/') || !isSealed(row.value)) return undefined
  const id = keyIdOf(row.value)
  return keys.has(id) ? undefined : id
}

/** Throws a StoreError `unreadable`. */
export function unsealRow(row: Row, keys: ReadKeys): Row {
  if (!row.key.startsWith('/') || !isSealed(row.value)) return row
  return { ...row, value: unseal(keys, row.key, row.value) }
}
