/** What is done to a store as a whole, wherever it lies. What etcd needs is loaded when it is asked for. */
import type { BackupItem } from './backup/format.ts'
import { makeDirectory, type Restored } from './backup/make-directory.ts'
import { readDirectory } from './backup/read-directory.ts'
import type { EmbeddedConfig } from './embedded/engine.ts'
import type { KeysFor } from './etcd/check.ts'
import type { EtcdConfig } from './etcd/engine.ts'
import type { RaisedFormat } from './etcd/raise-format.ts'
import type { StoreReport } from './maintenance/check.ts'

export type EtcdPlace = Pick<EtcdConfig, 'engine' | 'servers' | 'prefix' | 'tls'>
export type StorePlace = Pick<EmbeddedConfig, 'engine' | 'directory'> | EtcdPlace

/** All that a store holds, as of one moment; servers may run on it. Throws a KeelsonError where there is none. */
export async function* readStore(place: StorePlace, signal: AbortSignal): AsyncGenerator<BackupItem> {
  if (place.engine === 'embedded') {
    yield* readDirectory(place.directory)
    return
  }
  const { openToReadEtcd } = await import('./etcd/reading.ts')
  using reading = await openToReadEtcd(place)
  const { beginning, numbering } = reading
  yield { type: 'header', header: { revision: numbering.toStore(beginning.seen), taken: Date.now() } }
  for await (const rows of reading.rows(signal)) yield { type: 'rows', rows }
}

/** Makes a store where there is none. Throws a KeelsonError, and has then left nothing behind. */
export async function makeStore(
  place: StorePlace,
  items: AsyncIterable<BackupItem>,
  signal: AbortSignal,
): Promise<Restored> {
  if (place.engine === 'embedded') return makeDirectory(items, place.directory)
  const { fillEtcd } = await import('./etcd/filling.ts')
  return fillEtcd(place, items, signal)
}

/** Of a store in etcd. Throws a KeelsonError. */
export async function checkEtcdStore(place: EtcdPlace, keysFor: KeysFor, signal: AbortSignal): Promise<StoreReport> {
  const { checkEtcd } = await import('./etcd/check.ts')
  return checkEtcd(place, keysFor, signal)
}

/** Forgets the history of a store in etcd, and returns its revision. Throws a KeelsonError. */
export async function compactEtcdStore(place: EtcdPlace): Promise<number> {
  const { compactEtcd } = await import('./etcd/compact.ts')
  return compactEtcd(place)
}

/** Throws a KeelsonError. */
export async function raiseStoreFormat(place: EtcdPlace): Promise<RaisedFormat> {
  const { raiseFormat } = await import('./etcd/raise-format.ts')
  return raiseFormat(place)
}
