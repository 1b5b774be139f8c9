/** A client of a control center's own API, whatever made it: by a kubeconfig that is issued for this and kept nowhere. */
import { type Client, createClient, httpsTransport, type RestConfig } from '../../client/index.ts'
import { KeelsonError, parseYaml } from '../../machinery/index.ts'
import type { Access } from '../../providers/index.ts'

export interface Connection extends Disposable {
  readonly client: Client
}

interface Issued {
  readonly clusters?: readonly { readonly cluster: Readonly<Record<string, string | undefined>> }[]
  readonly users?: readonly { readonly user: Readonly<Record<string, string | undefined>> }[]
}

/** Milliseconds: what does not answer is looked at again later. */
const CONNECT = 5000
const REQUEST = 15_000

export function connect({ kubeconfig }: Access): Connection {
  const transport = httpsTransport(configOf(kubeconfig.reveal()), { connectTimeout: CONNECT })
  return {
    client: createClient({ transport, userAgent: 'keelson/control-center-api', timeout: REQUEST }),
    [Symbol.dispose]: () => transport[Symbol.dispose](),
  }
}

/** Of a kubeconfig that a provider has issued: one cluster, one user. */
function configOf(kubeconfig: string): RestConfig {
  const parsed = parseYaml(kubeconfig)
  const { clusters, users } = (parsed.ok ? parsed.value : {}) as Issued
  const [cluster, user] = [clusters?.[0]?.cluster ?? {}, users?.[0]?.user ?? {}]
  if (cluster.server === undefined) {
    throw new KeelsonError('the provider has issued a kubeconfig without a server', 'look at the provider')
  }
  const decoded = (field: string | undefined) =>
    field === undefined ? undefined : Buffer.from(field, 'base64').toString()
  const [ca, cert, key] = [
    decoded(cluster['certificate-authority-data']),
    decoded(user['client-certificate-data']),
    decoded(user['client-key-data']),
  ]
  return {
    server: cluster.server,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(user.token !== undefined && { token: user.token }),
  }
}
