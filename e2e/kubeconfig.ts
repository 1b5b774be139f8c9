import { readFile, writeFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'

/** One user at one server: what a kubeconfig's current context comes to. All but `url` is PEM. */
export interface Access {
  url: string
  ca: string
  certificate: string
  key: string
}

interface Kubeconfig {
  'current-context': string
  contexts: { name: string; context: { cluster: string; user: string } }[]
  clusters: { name: string; cluster: { server: string; 'certificate-authority-data': string } }[]
  users: { name: string; user: { 'client-certificate-data': string; 'client-key-data': string } }[]
}

/** Reads the current context of a kubeconfig with inline certificates. */
export async function readKubeconfig(path: string): Promise<Access> {
  const config: Kubeconfig = parse(await readFile(path, 'utf8'))
  const { context } = named(config.contexts, config['current-context'])
  const { cluster } = named(config.clusters, context.cluster)
  const { user } = named(config.users, context.user)
  const text = (base64: string) => Buffer.from(base64, 'base64').toString('utf8')
  return {
    url: cluster.server,
    ca: text(cluster['certificate-authority-data']),
    certificate: text(user['client-certificate-data']),
    key: text(user['client-key-data']),
  }
}

/** Writes a kubeconfig with one context, `admin`. */
export async function writeKubeconfig(path: string, access: Access): Promise<void> {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'admin',
    contexts: [{ name: 'admin', context: { cluster: 'admin', user: 'admin' } }],
    clusters: [{ name: 'admin', cluster: { server: access.url, 'certificate-authority-data': base64(access.ca) } }],
    users: [
      {
        name: 'admin',
        user: { 'client-certificate-data': base64(access.certificate), 'client-key-data': base64(access.key) },
      },
    ],
  }
  await writeFile(path, stringify(config), { mode: 0o600 })
}

function named<Entry extends { name: string }>(entries: Entry[], name: string): Entry {
  const found = entries.find((entry) => entry.name === name)
  if (found === undefined) throw new Error(`the kubeconfig has no entry "${name}"`)
  return found
}
