import { readFile, writeFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'

/** One user at one server: what a kubeconfig's current context comes to. */
export interface Access {
  url: string
  /** The server's authority, PEM. */
  ca: string
  credential: Credential
}

/** A client certificate with its key, both PEM, or a bearer token. */
export type Credential = { certificate: string; key: string } | { token: string }

type User = { 'client-certificate-data': string; 'client-key-data': string } | { token: string }

interface Kubeconfig {
  'current-context': string
  contexts: { name: string; context: { cluster: string; user: string } }[]
  clusters: { name: string; cluster: { server: string; 'certificate-authority-data': string } }[]
  users: { name: string; user: User }[]
}

/** Reads a context of a kubeconfig that contains all its data; by default the current one. */
export async function readKubeconfig(path: string, name?: string): Promise<Access> {
  const config: Kubeconfig = parse(await readFile(path, 'utf8'))
  const { context } = named(config.contexts, name ?? config['current-context'])
  const { cluster } = named(config.clusters, context.cluster)
  const { user } = named(config.users, context.user)
  const credential =
    'token' in user
      ? { token: user.token }
      : { certificate: fromBase64(user['client-certificate-data']), key: fromBase64(user['client-key-data']) }
  return { url: cluster.server, ca: fromBase64(cluster['certificate-authority-data']), credential }
}

/** Writes a kubeconfig with one context, `admin`. */
export async function writeKubeconfig(path: string, { url, ca, credential }: Access): Promise<void> {
  const user: User =
    'token' in credential
      ? { token: credential.token }
      : { 'client-certificate-data': toBase64(credential.certificate), 'client-key-data': toBase64(credential.key) }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'admin',
    contexts: [{ name: 'admin', context: { cluster: 'admin', user: 'admin' } }],
    clusters: [{ name: 'admin', cluster: { server: url, 'certificate-authority-data': toBase64(ca) } }],
    users: [{ name: 'admin', user }],
  }
  await writeFile(path, stringify(config), { mode: 0o600 })
}

function named<Entry extends { name: string }>(entries: Entry[], name: string): Entry {
  const found = entries.find((entry) => entry.name === name)
  if (found === undefined) throw new Error(`the kubeconfig has no entry "${name}"`)
  return found
}

function fromBase64(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64')
}
