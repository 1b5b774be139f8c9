/** TLS of one endpoint: what the server shows, and whose client certificates count here. */
import { createHash, X509Certificate } from 'node:crypto'
import type { SecureServerOptions } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { KeelsonError, type UserInfo } from '../../machinery/index.ts'
import { userOfCertificate } from '../authentication/certificate-user.ts'
import { localUser } from '../authentication/local-user.ts'
import { readFlagFile } from '../flag-file.ts'
import type { Authority } from './authority.ts'
import { clusterOfCertificate } from './certificate-request.ts'

export interface TlsSettings {
  /** PEM bundles of further authorities whose client certificates count on this endpoint (`--client-ca-file`). */
  readonly clientCAs: readonly string[]
}

/**
 * Options for node:http2's createSecureServer. A client may show a certificate and need not; one that does not verify is no
 * reason to refuse the connection, as upstream: its owner is anonymous, or shows a token.
 */
export function tlsOptions(authority: Authority, { clientCAs }: TlsSettings): SecureServerOptions {
  const ca = [authority.caCertificate, ...clientCAs]
  return {
    key: authority.key,
    cert: authority.certificate,
    ca,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['h2', 'http/1.1'],
    allowHTTP1: true,
    // A resumed session skips verification. Bound to the set of authorities, one of another endpoint is never resumed here.
    sessionIdContext: createHash('sha256').update(ca.join('')).digest('hex').slice(0, 32),
  }
}

/**
 * Who the client's certificate says it is; undefined without one that an authority of this endpoint issued. Constant for a
 * connection: ask once.
 */
export function clientCertificateUser(socket: TLSSocket): UserInfo | undefined {
  if (!socket.authorized) return undefined
  const { subject, fingerprint256, subjectaltname } = socket.getPeerCertificate()
  const user = subject === undefined ? undefined : userOfCertificate(subject, fingerprint256)
  const cluster = clusterOfCertificate(subjectaltname)
  return user === undefined || cluster === undefined ? user : localUser(user, cluster)
}

/** Reads a `--client-ca-file`: one or more certificates in PEM format. */
export async function readClientCAs(path: string): Promise<string> {
  const remedy =
    'name a file with the certificates of the authorities whose client certificates shall count, in PEM format'
  const pem = await readFlagFile('--client-ca-file', path)
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) throw new KeelsonError(`--client-ca-file ${path} holds no certificate`, remedy)
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block)
    } catch (error) {
      throw new KeelsonError(`--client-ca-file ${path}: certificate ${index + 1} is malformed`, remedy, {
        cause: error,
      })
    }
  }
  return pem
}
