import path from 'node:path'
import type { Command } from 'commander'
import {
  type Client,
  type ClientConfig,
  clientConfigOf,
  createClient,
  httpsTransport,
  inClusterPrefix,
  type Kubeconfig,
  type KubeconfigSource,
  readKubeconfig,
} from '../client/index.ts'
import { KeelsonError } from '../machinery/index.ts'
import type { Environment } from './environment.ts'
import { resolveWorkspace } from './workspace-path.ts'

/** The options that every command has which talks to a server. */
export interface ConnectionOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly server?: string
  readonly token?: string
  readonly namespace?: string
  readonly workspace?: string
}

/** An open connection; dispose of it when the command ends. */
export interface Connection extends Disposable {
  readonly client: Client
  /** The namespace that -n or the context chooses. */
  readonly namespace: string
  readonly config: ClientConfig
}

export function addConnectionOptions(program: Command): Command {
  return program
    .option(
      '--kubeconfig <file>',
      'the kubeconfig file (default: $KUBECONFIG, ./.keelson/admin.kubeconfig, ~/.kube/config)',
    )
    .option('--context <name>', 'the context of the kubeconfig to use')
    .option('-s, --server <url>', 'the address of the server, instead of that in the kubeconfig')
    .option('--token <token>', 'the bearer token, instead of the credentials in the kubeconfig')
    .option('-n, --namespace <name>', 'the namespace')
    .option('--workspace <path>', "the workspace: ':root:acme', 'child', '..'; instead of the context's")
}

function kubeconfigSource(options: ConnectionOptions, { env }: Environment): KubeconfigSource {
  return { file: options.kubeconfig, env, fallback: path.join('.keelson', 'admin.kubeconfig') }
}

export function openKubeconfig(options: ConnectionOptions, environment: Environment): Kubeconfig {
  return readKubeconfig(kubeconfigSource(options, environment))
}

export function connect(options: ConnectionOptions, environment: Environment): Connection {
  const found = clientConfigOf(openKubeconfig(options, environment), options.context)
  const { cert, key, ...withoutCertificate } = found
  const identified = options.token === undefined ? found : { ...withoutCertificate, token: options.token }
  const config = options.server === undefined ? identified : { ...identified, server: httpsURL(options.server) }
  return connectTo(config, options, environment)
}

function httpsURL(server: string): string {
  if (URL.canParse(server) && server.startsWith('https://')) return server
  throw new KeelsonError(`--server ${server} is no https URL`, 'write it as https://127.0.0.1:6443/clusters/root:acme')
}

export function connectTo(config: ClientConfig, options: ConnectionOptions, environment: Environment): Connection {
  const transport = httpsTransport(config)
  const told = new Set<string>()
  const { pathname } = new URL(config.server)
  const prefix = pathname.replace(/\/$/, '')
  const client = createClient({
    transport,
    cluster:
      options.workspace === undefined ? prefix : inClusterPrefix(prefix, resolveWorkspace(prefix, options.workspace)),
    userAgent: `keelson/${environment.version}`,
    onWarning: (text) => {
      if (told.has(text)) return
      told.add(text)
      environment.stderr.write(`Warning: ${text}\n`)
    },
  })
  return {
    client,
    namespace: options.namespace ?? config.namespace,
    config,
    [Symbol.dispose]: () => transport[Symbol.dispose](),
  }
}
