/**
 * What servers of a store must have in common (pki/shared-identity.ts) lies in files of a data directory, and in etcd in a row: what
 * is moved from one to the other takes its other form on the way.
 */
import { KeelsonError } from '../machinery/index.ts'
import { type BackupItem, dataFiles, type Encryption, parseEncryption, type Row } from '../storage/index.ts'
import { IDENTITY_ROW, openIdentity, sealIdentity } from './pki/shared-identity.ts'

const AUTHORITY = 'pki/ca.key'
const ENCRYPTION = 'encryption.yaml'

type Items = AsyncIterable<BackupItem>

/** With the files of a server's data directory. */
export async function* withFilesOf(directory: string, items: Items): AsyncGenerator<BackupItem> {
  for await (const item of items) {
    yield item
    if (item.type === 'header') for await (const file of dataFiles(directory)) yield { type: 'file', file }
  }
}

/** Throws a KeelsonError when the authority stays behind: clients would not know the server any more. */
export async function* forDirectory(items: Items, keyFile: string | undefined): AsyncGenerator<BackupItem> {
  let known = false
  for await (const item of items) {
    if (item.type === 'file' && item.file.path === AUTHORITY) known = true
    if (item.type !== 'rows') {
      yield item
      continue
    }
    const identity = item.rows.find(({ key }) => key === IDENTITY_ROW)
    if (identity !== undefined && !known) {
      const files = await openIdentity(identity.value, keyFile)
      if (files === undefined) throw handedOut()
      for (const [path, text] of Object.entries(files))
        yield { type: 'file', file: { path, mode: 0o600, content: Buffer.from(text) } }
    }
    yield identity === undefined ? item : { type: 'rows', rows: item.rows.filter((row) => row !== identity) }
  }
}

function handedOut(): KeelsonError {
  return new KeelsonError(
    'the authority and keys of the servers are not in the store: operators hand them out',
    'take a backup with the --data of one of the servers, and restore that',
  )
}

/** Throws a KeelsonError when the authority has no key to be sealed with. */
export async function* forEtcd(items: Items, keyFile: string | undefined): AsyncGenerator<BackupItem> {
  const files: Record<string, string> = {}
  let known = false
  for await (const item of items) {
    if (item.type === 'file') files[item.file.path] = item.file.content.toString()
    else yield item
    if (item.type === 'rows' && item.rows.some(({ key }) => key === IDENTITY_ROW)) known = true
  }
  if (known || files[AUTHORITY] === undefined) return
  if (keyFile === undefined)
    throw new KeelsonError(
      'the authority and keys of the data directory do not go to etcd in plain',
      'make a key to seal them with, and give it here and to all servers: --shared-key-file',
    )
  yield { type: 'rows', rows: [{ key: IDENTITY_ROW, version: 0, value: await sealIdentity(files, keyFile) }] }
}

/** The keys that the servers of a store in etcd encrypt with. Throws a KeelsonError. */
export async function encryptionOfIdentity(
  get: (key: string) => Promise<Row | undefined>,
  keyFile: string | undefined,
): Promise<Encryption> {
  const row = await get(IDENTITY_ROW)
  const text = row && (await openIdentity(row.value, keyFile))?.[ENCRYPTION]
  if (text !== undefined) return parseEncryption(text, ENCRYPTION)
  throw new KeelsonError(
    'the keys that the store is encrypted with are not in it',
    'give --encryption-provider-config, or the --data of one of its servers',
  )
}
