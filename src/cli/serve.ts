import { isIP } from 'node:net'
import path from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { isDNS1123Subdomain, KeelsonError } from '../machinery/index.ts'
import type { Environment, Served, ServeOptions } from './environment.ts'
import { type EtcdAddress, type EtcdFlags, etcdOptions, parseStore } from './etcd-flags.ts'

/** Most flags are options of the server as they stand. */
type AsTheyStand = Omit<ServeOptions, 'dataDirectory' | 'host' | 'port' | 'store' | 'etcd' | 'requestLog'>

interface ServeFlags extends EtcdFlags, AsTheyStand {
  readonly data: string
  readonly listen: { host: string; port: number }
  readonly store: 'embedded' | 'memory' | EtcdAddress
  readonly verbose?: boolean
}

/** The options of every command that runs a server; names are kube-apiserver's where it has them. */
export function addServeOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'the data directory', parseDirectory, './.keelson')
    .addOption(
      new Option('--listen <host:port>', 'the address to serve on; port 0 chooses a free one')
        .default({ host: '127.0.0.1', port: 6443 }, '127.0.0.1:6443')
        .argParser(parseListen),
    )
    .addOption(
      new Option('--store <engine>', 'where objects are kept: embedded, memory, or etcd://host:2379[,host:2379…]')
        .default('embedded')
        .argParser(parseStore),
    )
    .option('--etcd-prefix <path>', 'where in etcd the objects lie', '/keelson')
    .option('--etcd-cafile <file>', 'speak TLS to etcd, and trust the authorities in this file')
    .option('--etcd-certfile <file>', 'the client certificate to show to etcd')
    .option('--etcd-keyfile <file>', 'the private key of --etcd-certfile')
    .option(
      '--shared-key-file <file>',
      'with etcd: the key under which all processes find the authority and keys there',
    )
    .addOption(
      new Option(
        '--external-hostname <host>',
        'the name that clients reach the server by, for kubeconfigs and URLs',
      ).argParser(parseHost),
    )
    .option('--client-ca-file <file>', 'accept client certificates signed by an authority in this file, too')
    .option('--token-auth-file <file>', 'accept the bearer tokens in this file: token,user,uid,"group1,group2"')
    .addOption(
      new Option(
        '--service-account-issuer <url>',
        'who tokens of service accounts say has issued them; default: https://kcp.default.svc',
      ).argParser(parseIssuer),
    )
    .addOption(
      new Option(
        '--api-audiences <names>',
        'whom such tokens are for that ask for no audience, separated by commas; default: the issuer',
      ).argParser(parseAudiences),
    )
    .option('--tls-cert-file <file>', 'the certificate to serve with, instead of one of our own authority')
    .option('--tls-private-key-file <file>', 'the private key of --tls-cert-file')
    .addOption(
      new Option(
        '--webhook-allow-cidr <ranges>',
        'loopback, link-local or private addresses that webhooks and adopted clusters may be at: 127.0.0.0/8,10.0.0.0/8',
      ).argParser(parseRanges),
    )
    .option('--audit-log-path <file>', 'append an audit.k8s.io/v1 event of each request, without bodies, to this file')
    .option(
      '--encryption-provider-config <file>',
      'what to encrypt at rest, and with which keys, instead of the default',
    )
    .option('-v, --verbose', 'log requests')
}

/** An empty one would be the current directory: a variable that is not set. */
export function parseDirectory(text: string): string {
  if (text !== '') return text
  throw new InvalidArgumentError('It must be a directory, for example ./.keelson.')
}

function parseListen(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port > 65_535)
    throw new InvalidArgumentError('It must be HOST:PORT, for example 127.0.0.1:6443.')
  return { host: match[1] ?? match[2] ?? '', port }
}

/** It stands in URLs and in the serving certificate. */
function parseHost(text: string): string {
  if (isDNS1123Subdomain(text.toLowerCase()).length === 0) return text
  throw new InvalidArgumentError('It must be a host name, for example api.example.com.')
}

/** As upstream's, so that who verifies tokens by itself can look there for the keys. */
function parseIssuer(text: string): string {
  if (URL.canParse(text) && /^https:\/\/[^?#]+$/.test(text)) return text
  throw new InvalidArgumentError('It must be an https URL without a query or fragment.')
}

function parseAudiences(text: string): readonly string[] {
  const audiences = text.split(',').map((name) => name.trim())
  if (audiences.every((name) => name !== '')) return audiences
  throw new InvalidArgumentError('It must be a list of names, for example https://kcp.default.svc,vault.')
}

function parseRanges(text: string): readonly string[] {
  const ranges = text.split(',').map((range) => range.trim())
  const wrong = ranges.find((range) => !isCIDR(range))
  if (wrong !== undefined) throw new InvalidArgumentError(`${wrong} is no CIDR range; one is 127.0.0.0/8.`)
  return ranges
}

/** `<address>/<prefix length>` */
function isCIDR(text: string): boolean {
  const [, address = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  return isIP(address) !== 0 && Number(length) <= (isIP(address) === 4 ? 32 : 128)
}

export function addServe(program: Command, environment: Environment): void {
  addServeOptions(program.command('serve'))
    .summary('run the API server')
    .description('Run the API server in the foreground; Ctrl-C ends it.')
    .action(async (flags: ServeFlags) => {
      const served = await environment.serve(serveOptions(flags, 'slow'), environment.signal)
      environment.stdout.write(readyLine(served, environment))
      await served.ended
    })
}

/** `quiet`: which requests are logged without --verbose. */
export function serveOptions(
  { data, listen, verbose, store, ...flags }: ServeFlags,
  quiet: ServeOptions['requestLog'],
): ServeOptions {
  const { etcdPrefix, etcdCafile, etcdCertfile, etcdKeyfile, ...others } = flags
  const ofEtcd = [
    ['--etcd-cafile', etcdCafile],
    ['--etcd-certfile', etcdCertfile],
    ['--etcd-keyfile', etcdKeyfile],
    ['--shared-key-file', flags.sharedKeyFile],
  ] as const
  const unused = ofEtcd.find(([, file]) => file !== undefined)
  if (typeof store === 'string' && unused !== undefined)
    throw new KeelsonError(`${unused[0]} goes with --store etcd://HOST:PORT`, 'name the etcd, or leave the flag out')
  return {
    ...others,
    dataDirectory: path.resolve(data),
    ...listen,
    requestLog: verbose === true ? 'all' : quiet,
    ...(typeof store === 'string' ? { store } : { store: 'etcd', etcd: etcdOptions(store, flags) }),
  }
}

export function readyLine({ url, kubeconfig }: Served, { version }: Environment): string {
  return `Keelson v${version} is ready: ${url} (kubeconfig ${shortPath(kubeconfig)})\n`
}

/** As one would type it here. */
export function shortPath(file: string): string {
  const relative = path.relative('.', file)
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : `./${relative}`
}
