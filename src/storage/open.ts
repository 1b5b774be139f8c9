/** Opens a store by its engine's name. */
import { type EmbeddedConfig, openEmbeddedStore } from './embedded/engine.ts'
import type { Encryption } from './encryption/configuration.ts'
import { encryptedStore } from './encryption/encrypted-store.ts'
import { createMemoryStore } from './memory/engine.ts'
import type { Store } from './store.ts'

export type StoreConfig = { readonly engine: 'memory' } | EncryptedConfig

/** What lies on a disk may be encrypted. */
type EncryptedConfig = EmbeddedConfig & { readonly encryption?: Encryption }

export interface OpenOptions {
  /** Gives the opening up; an open store is ended by its disposal. */
  readonly signal?: AbortSignal
}

/**
 * Throws a KeelsonError when the store cannot be opened.
 *
 * @example
 * await using store = await openStore({ engine: 'embedded', directory: '.keelson/store' })
 * await store.commit({ lane: 'root', preconditions: [], operations: [{ type: 'put', key: '/a', value: Buffer.from('1') }] })
 */
export async function openStore(config: StoreConfig, options: OpenOptions = {}): Promise<Store> {
  options.signal?.throwIfAborted()
  switch (config.engine) {
    case 'memory':
      return createMemoryStore()
    case 'embedded':
      return encrypted(await openEmbeddedStore(config, options.signal), config.encryption)
  }
}

function encrypted(store: Store, encryption: Encryption | undefined): Store {
  return encryption === undefined ? store : encryptedStore(store, encryption)
}
