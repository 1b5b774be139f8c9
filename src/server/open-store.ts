/** The store that a server was told to keep its objects in, with the keys of those that are encrypted. */
import { openStore, readEncryption, type Store } from '../storage/index.ts'
import { type EtcdFiles, readEtcdFiles } from './pki/etcd-files.ts'
import { ensureSharedIdentity } from './pki/shared-identity.ts'

export interface ServerStoreOptions {
  readonly store: 'embedded' | 'memory' | 'etcd'
  readonly dataDirectory: string
  readonly encryptionProviderConfig?: string
  /** For `etcd`: where it is, and by which files it is reached. */
  readonly etcd?: EtcdFiles & { readonly servers: readonly string[]; readonly prefix: string }
  readonly sharedKeyFile?: string
  /** What a user of the server should know. */
  readonly warn: (message: string) => void
  /** What the store has to say of itself while it is open. */
  readonly report: (error: unknown, fields: Readonly<Record<string, string>>) => void
  readonly signal: AbortSignal
}

/** An etcd that several servers share has what they all are known by: the data directory is given it before this resolves. */
export async function openServerStore(options: ServerStoreOptions): Promise<Store> {
  const { store, etcd, dataDirectory: directory, sharedKeyFile: keyFile, report, warn, signal } = options
  if (store === 'memory') return openStore({ engine: 'memory' }, { signal })
  const encryption = () => readEncryption(directory, options.encryptionProviderConfig)
  if (etcd === undefined) {
    const rewriting = {
      rewritten: (rows: number) => {
        if (rows > 0) warn(`rewrote what was encrypted otherwise than the configuration says now: rows: ${rows}`)
      },
      failed: (error: unknown) => report(error, { store: 'embedded' }),
    }
    return openStore({ engine: 'embedded', directory, encryption: encryption(), rewriting }, { signal })
  }
  const shared = async (opened: Store) => {
    await ensureSharedIdentity({
      store: opened,
      directory,
      makeEncryption: encryption,
      ...(keyFile !== undefined && { keyFile }),
    })
    return encryption()
  }
  const config = {
    servers: etcd.servers,
    prefix: etcd.prefix,
    tls: await readEtcdFiles(etcd),
    report: (error: unknown) => report(error, { store: 'etcd' }),
  }
  return openStore({ engine: 'etcd', ...config, encryption: shared }, { signal })
}
