/** What commands do to a store as a whole, without a server: in a data directory, or in etcd, where servers may go on. */
import { KeelsonError } from '../machinery/index.ts'
import {
  assertDataDirectory,
  type Backup,
  type BackupItem,
  backUp,
  checkEtcdStore,
  checkStore,
  compactEtcdStore,
  compactStore,
  type Encryption,
  type EtcdPlace,
  findEncryption,
  makeStore,
  openStore,
  type Restored,
  raiseStoreFormat,
  readBackup,
  readEncryption,
  readStore,
  rewriteRows,
  rewriteStore,
  type Store,
  type StorePlace,
  type StoreReport,
  verifyBackup,
} from '../storage/index.ts'
import { encryptionOfIdentity, forDirectory, forEtcd, withFilesOf } from './identity-items.ts'
import { type EtcdFiles, readEtcdFiles } from './pki/etcd-files.ts'

/** Where a store lies. */
export interface StoreLocation {
  /** The data directory: the store itself, or with `etcd` the files of one of its servers. */
  readonly directory?: string
  readonly etcd?: EtcdFiles & { readonly servers: readonly string[]; readonly prefix: string }
  readonly sharedKeyFile?: string
  readonly encryptionFile?: string
}

async function placeOf({ directory, etcd }: StoreLocation): Promise<StorePlace> {
  return etcd === undefined ? { engine: 'embedded', directory: directory ?? '' } : etcdPlace(etcd)
}

async function etcdPlace(etcd: NonNullable<StoreLocation['etcd']>): Promise<EtcdPlace> {
  return { engine: 'etcd', servers: etcd.servers, prefix: etcd.prefix, tls: await readEtcdFiles(etcd) }
}

/** Throws a KeelsonError. */
async function backUpStore(from: StoreLocation, file: string, signal: AbortSignal): Promise<Backup> {
  const items = readStore(await placeOf(from), signal)
  const files = from.etcd === undefined ? undefined : from.directory
  return backUp(files === undefined ? items : withFilesOf(files, items), file, signal)
}

/** Throws a KeelsonError, and has then left nothing behind. */
async function restoreStore(file: string, to: StoreLocation, signal: AbortSignal): Promise<Restored> {
  await verifyBackup(file, signal)
  return make(to, readBackup(file, signal), to.sharedKeyFile, signal)
}

/** From a data directory that no server runs on to etcd, or back. Throws a KeelsonError, and has then left nothing behind. */
async function migrateStore(from: StoreLocation, to: StoreLocation, signal: AbortSignal): Promise<Restored> {
  const items = readStore(await placeOf(from), signal)
  if (from.etcd !== undefined) return make(to, items, from.sharedKeyFile, signal)
  assertDataDirectory(from.directory ?? '')
  // What a server wrote meanwhile would be lost: the directory is held until all of it is there.
  await using _held = await openStore({ engine: 'embedded', directory: from.directory ?? '' }, { signal })
  return await make(to, items, to.sharedKeyFile, signal)
}

async function make(
  to: StoreLocation,
  items: AsyncIterable<BackupItem>,
  keyFile: string | undefined,
  signal: AbortSignal,
): Promise<Restored> {
  const fitting = to.etcd === undefined ? forDirectory(items, keyFile) : forEtcd(items, keyFile)
  return makeStore(await placeOf(to), fitting, signal)
}

/** Throws a KeelsonError when there is no store that can be read. */
async function checkStoreAt(at: StoreLocation, signal: AbortSignal): Promise<StoreReport> {
  const { directory, etcd, encryptionFile, sharedKeyFile } = at
  if (etcd === undefined) return checkStore(directory ?? '', encryptionFile)
  const files = directory ?? ''
  if (encryptionFile !== undefined || directory !== undefined)
    return checkEtcdStore(await etcdPlace(etcd), async () => findEncryption(files, encryptionFile).readKeys, signal)
  return checkEtcdStore(
    await etcdPlace(etcd),
    async (get) => (await encryptionOfIdentity(get, sharedKeyFile)).readKeys,
    signal,
  )
}

/** Throws a KeelsonError. */
async function compactStoreAt({ directory, etcd }: StoreLocation) {
  if (etcd === undefined) return compactStore(directory ?? '')
  return { revision: await compactEtcdStore(await etcdPlace(etcd)) }
}

/** Returns how many rows were written. Throws a KeelsonError. */
async function rewriteStoreAt(at: StoreLocation, signal: AbortSignal): Promise<number> {
  const { directory, etcd, encryptionFile } = at
  if (etcd === undefined) return rewriteStore(directory ?? '', encryptionFile, signal)
  await using store = await openStore(await etcdPlace(etcd), { signal })
  return await rewriteRows(store, await encryptionAt(store, at), signal)
}

/** What is in the format of an older version in etcd; a data directory is brought forward by its next start. */
async function raiseStoreFormatAt({ etcd }: StoreLocation) {
  if (etcd !== undefined) return raiseStoreFormat(await etcdPlace(etcd))
  throw new KeelsonError(
    'a data directory needs no upgrade: the first start of a newer version brings it forward',
    'name a store in etcd: --store etcd://HOST:PORT',
  )
}

export const storeCommands = {
  backUp: backUpStore,
  restore: restoreStore,
  migrate: migrateStore,
  check: checkStoreAt,
  compact: compactStoreAt,
  rewrite: rewriteStoreAt,
  upgrade: raiseStoreFormatAt,
}

/** A store to write objects to, encrypted as its servers do, and the keys of that. Throws a KeelsonError. */
export async function openStoreAt(at: StoreLocation, signal: AbortSignal): Promise<OpenedStore> {
  const place = await placeOf(at)
  if (place.engine === 'embedded') {
    assertDataDirectory(place.directory)
    const encryption = readEncryption(place.directory, at.encryptionFile)
    return { store: await openStore({ ...place, encryption }, { signal }), readKeys: encryption.readKeys }
  }
  let readKeys: Encryption['readKeys'] = new Map()
  const encryption = async (store: Store): Promise<Encryption> => {
    const found = await encryptionAt(store, at)
    readKeys = found.readKeys
    return found
  }
  return { store: await openStore({ ...place, encryption }, { signal }), readKeys }
}

interface OpenedStore {
  readonly store: Store
  readonly readKeys: Encryption['readKeys']
}

async function encryptionAt(store: Store, { directory, encryptionFile, sharedKeyFile }: StoreLocation) {
  if (encryptionFile !== undefined) return readEncryption(directory ?? '', encryptionFile)
  return directory === undefined ? encryptionOfIdentity(store.get, sharedKeyFile) : readEncryption(directory)
}
