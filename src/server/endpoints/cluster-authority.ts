/**
 * Whose certificates hold in a logical cluster: one with an endpoint has an authority of its own, as a cluster has; in all
 * others it is the server's.
 */
import type { KubeObject } from '../../machinery/index.ts'
import type { Store } from '../../storage/index.ts'
import { secret } from '../builtins/secret.ts'
import { objectKey } from '../keys.ts'
import type { LogicalClusterRecord } from '../logical-cluster.ts'
import { type CertificateSigner, certificateSigner } from '../pki/certificate-request.ts'
import { decodeRow } from '../row.ts'
import { readIssuer } from './endpoint-authority.ts'
import {
  AUTHORITY_NAMESPACE,
  authoritySecretName,
  ENDPOINTS_CLUSTER,
  LOGICAL_ENDPOINTS,
  type LogicalEndpoint,
  logicalEndpointKey,
} from './logical-endpoint.ts'

export interface ClusterAuthority {
  /** PEM: what kube-root-ca.crt and Secrets with tokens hold; empty for a server without a socket. */
  readonly rootCertificate: string
  /** Signs certificates for clients; absent in a server without a socket, where nobody can show one. */
  readonly signCertificate?: CertificateSigner
}

export interface ClusterAuthoritiesOptions {
  readonly store: Store
  readonly logicalClusterOf: (cluster: string) => Promise<LogicalClusterRecord | undefined>
  readonly server: ClusterAuthority
  readonly now: () => number
}

/** Nothing is kept of an authority: its Secret is read when it is asked for, and a logical cluster without one reads nothing. */
export function clusterAuthorities(options: ClusterAuthoritiesOptions): (cluster: string) => Promise<ClusterAuthority> {
  const { store, logicalClusterOf, server, now } = options

  async function object(key: string): Promise<KubeObject | undefined> {
    const row = await store.get(key)
    return row && decodeRow(row.value, ENDPOINTS_CLUSTER, row.version)
  }

  return async (cluster) => {
    const name = endpointOf(await logicalClusterOf(cluster))
    if (name === undefined) return server
    // The owner is only said to be one; the endpoint knows what it serves.
    const endpoint = (await object(logicalEndpointKey(name))) as LogicalEndpoint | undefined
    if (endpoint?.spec.cluster !== cluster) return server
    const key = objectKey(secret, ENDPOINTS_CLUSTER, AUTHORITY_NAMESPACE, authoritySecretName(name))
    const issuer = readIssuer(await object(key))
    if (issuer === undefined) return { rootCertificate: '' }
    return { rootCertificate: issuer.certificate, signCertificate: certificateSigner(issuer, now) }
  }
}

/** The name of the LogicalEndpoint that owns a logical cluster. */
function endpointOf(logicalCluster: LogicalClusterRecord | undefined): string | undefined {
  const { owner } = (logicalCluster?.object.spec ?? {}) as { owner?: { resource?: string; name?: string } }
  return owner?.resource === LOGICAL_ENDPOINTS.plural ? owner.name : undefined
}
