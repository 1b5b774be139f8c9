/** The options of commands that work on a store themselves, without a server: a data directory, or etcd. */
import path from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { KeelsonError } from '../machinery/index.ts'
import type { StoreLocation } from './environment.ts'
import { type EtcdAddress, type EtcdFlags, etcdOptions, parseStore } from './etcd-flags.ts'
import { parseDirectory, shortPath } from './serve.ts'

export interface LocationFlags extends EtcdFlags {
  readonly data?: string
  readonly store: 'embedded' | EtcdAddress
  readonly sharedKeyFile?: string
  readonly encryptionProviderConfig?: string
}

export function addLocationOptions(command: Command): Command {
  return command
    .option(
      '--data <dir>',
      'the data directory; default: ./.keelson. With etcd: that of one of its servers, for its files',
      parseDirectory,
    )
    .addOption(
      new Option('--store <engine>', 'where the store is: embedded, or etcd://host:2379[,host:2379…]')
        .default('embedded')
        .argParser(parsePlace),
    )
    .option('--etcd-prefix <path>', 'where in etcd the objects lie', '/keelson')
    .option('--etcd-cafile <file>', 'speak TLS to etcd, and trust the authorities in this file')
    .option('--etcd-certfile <file>', 'the client certificate to show to etcd')
    .option('--etcd-keyfile <file>', 'the private key of --etcd-certfile')
    .option('--shared-key-file <file>', 'with etcd: the key under which its servers find the authority and keys there')
}

/** Of commands that open what is encrypted. */
export function addKeysOption(command: Command): Command {
  return command.option('--encryption-provider-config <file>', 'the keys, if they are not those of the data directory')
}

function parsePlace(text: string): 'embedded' | EtcdAddress {
  const store = parseStore(text)
  if (store === 'memory') throw new InvalidArgumentError('It must be embedded or etcd://HOST:PORT[,HOST:PORT…].')
  return store
}

/** Throws a KeelsonError for flags that do not go together. */
export function storeLocation(flags: LocationFlags): StoreLocation {
  const { data, store, sharedKeyFile, encryptionProviderConfig: encryptionFile } = flags
  const directory = data === undefined ? undefined : path.resolve(data)
  const given = {
    ...(sharedKeyFile !== undefined && { sharedKeyFile }),
    ...(encryptionFile !== undefined && { encryptionFile }),
  }
  if (typeof store === 'string') return { ...given, directory: directory ?? path.resolve('.keelson') }
  return { ...given, ...(directory !== undefined && { directory }), etcd: etcdOptions(store, flags) }
}

/** The flags that tell of etcd are those of where it is, whether that is whence or whither. Throws a KeelsonError. */
export function migration(
  flags: LocationFlags,
  to: string,
): { readonly from: StoreLocation; readonly to: StoreLocation } {
  const target = parseTarget(to)
  if ((typeof target === 'string') === (typeof flags.store === 'string'))
    throw new KeelsonError(
      'a store is moved from a data directory to etcd, or from etcd to a data directory',
      'use keelson backup and keelson restore for anything else',
    )
  if (typeof target === 'string') return { from: storeLocation(flags), to: { directory: path.resolve(target) } }
  return { from: storeLocation(flags), to: storeLocation({ ...withoutData(flags), store: target }) }
}

function withoutData({ data: _, ...flags }: LocationFlags): LocationFlags {
  return flags
}

function parseTarget(text: string): string | EtcdAddress {
  if (!text.includes('://')) return text
  try {
    return parseStore(text) as EtcdAddress
  } catch (error) {
    throw new KeelsonError(`--to ${text} is no place for a store`, (error as Error).message, { cause: error })
  }
}

/** As one would name it: `./.keelson`, or `etcd://host:2379/keelson`. */
export function locationText({ directory = '', etcd }: StoreLocation): string {
  if (etcd === undefined) return shortPath(directory)
  return `etcd://${etcd.servers.map((url) => new URL(url).host).join(',')}${etcd.prefix}`
}

/** How a server is started on it. */
export function serveCommand({ directory = '', etcd, sharedKeyFile }: StoreLocation): string {
  if (etcd === undefined) return `keelson serve --data ${shortPath(directory)}`
  const flags = [
    `--store etcd://${etcd.servers.map((url) => new URL(url).host).join(',')}`,
    etcd.prefix === '/keelson' ? '' : `--etcd-prefix ${etcd.prefix}`,
    etcd.cafile === undefined ? '' : `--etcd-cafile ${etcd.cafile}`,
    etcd.certfile === undefined ? '' : `--etcd-certfile ${etcd.certfile} --etcd-keyfile ${etcd.keyfile}`,
    sharedKeyFile === undefined ? '' : `--shared-key-file ${sharedKeyFile}`,
  ]
  return ['keelson serve', ...flags.filter(Boolean), '--data <an empty directory>'].join(' ')
}
