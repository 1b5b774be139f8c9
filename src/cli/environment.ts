/** What a command gets from the process it runs in; tests give their own. */

export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
  /** Of a stream: told when its reader has gone. */
  on?(event: 'error', listener: (error: Error) => void): unknown
}

export interface ServeOptions {
  readonly dataDirectory: string
  readonly host: string
  readonly port: number
  readonly store: 'embedded' | 'memory' | 'etcd'
  /** Of the store `etcd`. */
  readonly etcd?: EtcdOptions
  /** Seals in the store what all its processes must have in common: the authority, keys, the administrators' tokens. */
  readonly sharedKeyFile?: string
  /** Which requests are logged: none, those that take long, all. */
  readonly requestLog: 'none' | 'slow' | 'all'
  readonly auditLogPath?: string
  /** CIDR ranges of internal addresses that webhooks may be at. */
  readonly webhookAllowCidr?: readonly string[]
  /** The host name that clients reach the server by, where that is not the one it listens on. */
  readonly externalHostname?: string
  readonly clientCaFile?: string
  readonly tokenAuthFile?: string
  /** Of tokens of service accounts: their claim `iss`, and whom they are for. */
  readonly serviceAccountIssuer?: string
  readonly apiAudiences?: readonly string[]
  readonly tlsCertFile?: string
  readonly tlsPrivateKeyFile?: string
  /** An EncryptionConfiguration; default: Secrets are encrypted with a key in the data directory. */
  readonly encryptionProviderConfig?: string
}

/** Where etcd is; files are PEM. */
export interface EtcdOptions {
  /** `http://host:port` or `https://host:port`. */
  readonly servers: readonly string[]
  readonly prefix: string
  readonly cafile?: string
  readonly certfile?: string
  readonly keyfile?: string
}

export interface KubeconfigRequest {
  readonly name: string
  readonly user: string
  /** The path of the workspace that it leads into. */
  readonly workspace: string
}

/** A server that answers requests. */
export interface Served {
  /** For example `https://127.0.0.1:6443`. */
  readonly url: string
  /** The administrator's kubeconfig. */
  readonly kubeconfig: string
  /** Writes `<data directory>/<name>.kubeconfig` for a user in a workspace, for the owner of the directory alone, and gives
   *  its path. */
  readonly issueKubeconfig: (request: KubeconfigRequest) => Promise<string>
  /** Resolves when the server has ended after the signal, and rejects when it ends by itself. */
  readonly ended: Promise<void>
}

/** Resolves when the server is ready; ends it when the signal aborts. */
export type Serve = (options: ServeOptions, signal: AbortSignal) => Promise<Served>

/** What is in a store, and whether it is whole. */
export interface StoreReport {
  readonly format: number
  readonly revision: number
  readonly compacted: number
  readonly rows: number
  readonly encrypted: number
  /** How many by each key. */
  readonly keys: Readonly<Record<string, number>>
  /** Where they are told. */
  readonly history?: number
  readonly bytes?: number
  readonly freeBytes?: number
  readonly problems: readonly string[]
}

/** Where a store lies: in a data directory (an absolute path), or in etcd. */
export interface StoreLocation {
  /** With `etcd`, if it is given: that of one of its servers, for the keys in it. */
  readonly directory?: string
  readonly etcd?: EtcdOptions
  readonly sharedKeyFile?: string
  /** An EncryptionConfiguration, if it is not in the data directory. */
  readonly encryptionFile?: string
}

interface Restored {
  readonly revision: number
  readonly rows: number
}

/** What commands do to a store themselves, without a server. */
export interface StoreCommands {
  readonly backUp: (
    from: StoreLocation,
    file: string,
    signal: AbortSignal,
  ) => Promise<{ revision: number; rows: number; bytes: number }>
  readonly restore: (file: string, to: StoreLocation, signal: AbortSignal) => Promise<Restored>
  readonly restoreWorkspace: (
    request: { readonly file: string; readonly path: string; readonly to: StoreLocation },
    signal: AbortSignal,
  ) => Promise<{ workspaces: number; rows: number }>
  readonly migrate: (from: StoreLocation, to: StoreLocation, signal: AbortSignal) => Promise<Restored>
  readonly check: (at: StoreLocation, signal: AbortSignal) => Promise<StoreReport>
  /** The bytes are those of a data directory. */
  readonly compact: (at: StoreLocation) => Promise<{ revision: number; bytesBefore?: number; bytesAfter?: number }>
  readonly rewrite: (at: StoreLocation, signal: AbortSignal) => Promise<number>
  readonly upgrade: (at: StoreLocation) => Promise<{ before: number; after: number }>
}

export interface Environment {
  readonly version: string
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: AsyncIterable<Buffer | string>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborts on Ctrl-C: a command that waits ends, and a server is stopped. */
  readonly signal: AbortSignal
  readonly serve: Serve
  readonly store: StoreCommands
}
