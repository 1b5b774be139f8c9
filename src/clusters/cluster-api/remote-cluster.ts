/**
 * A client of the cluster that a Cluster stands for, by the kubeconfig in `<name>-kubeconfig` (controllers/clustercache), for
 * as long as a look or a write lasts. Whoever may write that Secret says where this process connects to, so that the address is
 * held to the same policy as that of an adopted cluster, and nothing but certificates, keys and tokens is taken from it.
 */
import type { Client } from '../../client/index.ts'
import { find } from '../../controller/index.ts'
import { KeelsonError } from '../../machinery/index.ts'
import { AddressRefused, type Allows, type Connection, connect } from '../existing/connection.ts'
import { selfContainedConfig, type TrustedConfig } from '../existing/kubeconfig.ts'
import type { Cluster } from './cluster.ts'
import { SECRETS } from './kubeconfig-secret.ts'

export interface RemoteCluster extends Connection {
  readonly config: TrustedConfig
}

/** Throws a KeelsonError where the Secret is no use, or leads where this process may not connect to. Undefined: there is none. */
export async function connectToCluster(
  client: Client,
  { metadata }: Cluster,
  allows: Allows,
): Promise<RemoteCluster | undefined> {
  const { name = '', namespace = '' } = metadata
  const secret = await find(client, SECRETS, `${name}-kubeconfig`, { namespace })
  const value = secret?.data?.value
  if (value === undefined) return undefined
  const source = `Secret ${namespace}/${name}-kubeconfig`
  const config = selfContainedConfig(Buffer.from(value, 'base64').toString(), source)
  const connection = connect(config, allows)
  return { ...connection, config, [Symbol.dispose]: () => connection[Symbol.dispose]() }
}

/** `unknown`: there is no kubeconfig yet, or this process may not go where it leads. */
export type Probe =
  | { readonly answer: 'yes' }
  | { readonly answer: 'no'; readonly message: string }
  | { readonly answer: 'unknown' }

/** Whether its API server answers, as upstream asks it: GET / (controllers/clustercache/cluster_accessor.go). */
export async function probeCluster(
  client: Client,
  cluster: Cluster,
  allows: Allows,
  signal: AbortSignal,
): Promise<Probe> {
  try {
    using remote = await connectToCluster(client, cluster, allows)
    if (remote === undefined) return { answer: 'unknown' }
    await remote.client.raw('GET', '/', { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]) })
    return { answer: 'yes' }
  } catch (error) {
    signal.throwIfAborted()
    if (isRefusal(error)) return { answer: 'unknown' }
    return { answer: 'no', message: error instanceof KeelsonError ? error.message : 'Remote connection probe failed' }
  }
}

/** HealthProbe's timeout. */
const PATIENCE = 5000

/** Whether it was this process that did not want to go there. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof AddressRefused) return true
  return error instanceof Error && error.cause !== undefined && isRefusal(error.cause)
}
