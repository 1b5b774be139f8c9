/** The flags that say where etcd is, as kube-apiserver names them. */
import { InvalidArgumentError } from 'commander'
import { KeelsonError } from '../machinery/index.ts'
import type { EtcdOptions } from './environment.ts'

/** `host:port` of each member. */
export interface EtcdAddress {
  readonly members: readonly string[]
}

export interface EtcdFlags {
  readonly etcdPrefix: string
  readonly etcdCafile?: string
  readonly etcdCertfile?: string
  readonly etcdKeyfile?: string
}

const SCHEME = 'etcd://'
const MEMBER = /^(?:\[[0-9a-fA-F:.]+\]|[^:/@[\]\s]+)(?::(\d{1,5}))?$/
const PORT = 2379

/** `embedded`, `memory`, or `etcd://host:2379,host:2379`. */
export function parseStore(text: string): 'embedded' | 'memory' | EtcdAddress {
  if (text === 'embedded' || text === 'memory') return text
  const members = text.startsWith(SCHEME) ? text.slice(SCHEME.length).replace(/\/$/, '').split(',') : []
  if (members.length === 0 || !members.every((member) => MEMBER.test(member)))
    throw new InvalidArgumentError('It must be embedded, memory, or etcd://HOST:PORT[,HOST:PORT…].')
  return { members: members.map((member) => (MEMBER.exec(member)?.[1] === undefined ? `${member}:${PORT}` : member)) }
}

/** Throws a KeelsonError for flags that do not go together. */
export function etcdOptions({ members }: EtcdAddress, flags: EtcdFlags): EtcdOptions {
  const { etcdPrefix: prefix, etcdCafile: cafile, etcdCertfile: certfile, etcdKeyfile: keyfile } = flags
  if ((certfile === undefined) !== (keyfile === undefined))
    throw new KeelsonError('--etcd-certfile and --etcd-keyfile go together', 'give both, or neither')
  if (!/^(?:\/[\w.-]+)+$/.test(prefix))
    throw new KeelsonError(`--etcd-prefix ${prefix} is no path`, 'begin it with /, for example /keelson')
  const scheme = cafile === undefined && certfile === undefined ? 'http' : 'https'
  return {
    servers: members.map((member) => `${scheme}://${member}`),
    prefix,
    ...(cafile !== undefined && { cafile }),
    ...(certfile !== undefined && { certfile }),
    ...(keyfile !== undefined && { keyfile }),
  }
}
