/** Opens a store by its engine's name. */
import { type EmbeddedConfig, openEmbeddedStore } from './embedded/engine.ts'
import type { Encryption } from './encryption/configuration.ts'
import { encryptedStore } from './encryption/encrypted-store.ts'
import { keepCurrent, type Rewriting } from './encryption/keep-current.ts'
import type { EtcdConfig } from './etcd/engine.ts'
import { createMemoryStore } from './memory/engine.ts'
import type { Store } from './store.ts'

export type StoreConfig = { readonly engine: 'memory' } | EncryptedConfig | SharedConfig

/** What lies on a disk may be encrypted. */
type EncryptedConfig = EmbeddedConfig & {
  readonly encryption?: Encryption
  /** Has rows rewritten that are encrypted otherwise than the configuration says now, and hears of it. */
  readonly rewriting?: Rewriting
}

/** What is encrypted, and how, may be known only to who reads the store. */
type SharedConfig = EtcdConfig & { readonly encryption?: (store: Store) => Promise<Encryption> }

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
      return current(await openEmbeddedStore(config, options.signal), config)
    case 'etcd':
      return openShared(config, options.signal)
  }
}

function current(store: Store, { encryption, rewriting }: EncryptedConfig): Store {
  const opened = encrypted(store, encryption)
  if (encryption === undefined || rewriting === undefined) return opened
  const keeping = keepCurrent(store, encryption, rewriting)
  return {
    ...opened,
    async [Symbol.asyncDispose]() {
      await keeping[Symbol.asyncDispose]()
      await opened[Symbol.asyncDispose]()
    },
  }
}

/** Loaded when it is asked for: others pay nothing for it. */
async function openShared(config: SharedConfig, signal: AbortSignal | undefined): Promise<Store> {
  const { openEtcdStore } = await import('./etcd/engine.ts')
  await using opening = new AsyncDisposableStack()
  const store = opening.use(await openEtcdStore(config, signal))
  const opened = encrypted(store, await config.encryption?.(store))
  opening.move()
  return opened
}

function encrypted(store: Store, encryption: Encryption | undefined): Store {
  return encryption === undefined ? store : encryptedStore(store, encryption)
}
