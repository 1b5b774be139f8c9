/** The server's own certificate authority, and the certificate that it serves with. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { KeelsonError } from '../../machinery/index.ts'
import { type CertificateSigner, certificateSigner } from './certificate-request.ts'
import { generateKey, type Issuer, keyPem, selfSign, signClient, signServing } from './certificates.ts'
import { ensureOwnerOnlyDirectory, readOwnerOnly, writeOwnerOnly } from './owner-only-file.ts'
import { servingNames } from './serving-names.ts'

const DAY = 24 * 60 * 60 * 1000
const AUTHORITY_TTL = 3650 * DAY
const SERVING_TTL = 365 * DAY
/** A serving certificate with less left than this is renewed at the next start. */
const RENEW_BEFORE = 90 * DAY

export interface Authority {
  /** PEM: what clients trust, and what signs client certificates. */
  readonly caCertificate: string
  /** PEM: what the server shows. */
  readonly certificate: string
  readonly key: string
  /** A fresh key, and a certificate for it. `ttl` in milliseconds. */
  readonly issueClientCertificate: (request: ClientCertificateRequest) => Promise<CertificateAndKey>
  /** A certificate for a key of the client's own: `kubernetes.io/kube-apiserver-client`. */
  readonly signRequest: CertificateSigner
}

export interface ClientCertificateRequest {
  readonly commonName: string
  readonly organizations: readonly string[]
  readonly ttl: number
}

/** Both PEM. */
export interface CertificateAndKey {
  readonly certificate: string
  readonly key: string
}

export interface AuthorityOptions {
  /** DNS names and IP addresses that the serving certificate must hold; default: those of a server on loopback. */
  readonly names?: readonly string[]
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

/** An authority that lives in memory alone. */
export async function createAuthority(options: AuthorityOptions = {}): Promise<Authority> {
  const { names = servingNames('localhost'), now = Date.now } = options
  const [caKey, key] = await Promise.all([generateKey(), generateKey()])
  const issuer = { key: caKey, certificate: newCaCertificate(caKey, now()) }
  const certificate = signServing(issuer, key, names, { now: now(), ttl: SERVING_TTL })
  return authority(issuer, { certificate, key: keyPem(key) }, now)
}

/**
 * Loads the authority from `<directory>/pki/{ca,apiserver}.{crt,key}`, and makes what is missing. A serving certificate that
 * lacks a name, or that runs out within 90 days, is issued again for the same key: each file is so replaced by itself, and a
 * process that ends between two of them leaves nothing that the next start cannot complete.
 */
export async function ensureAuthority(directory: string, options: AuthorityOptions = {}): Promise<Authority> {
  const { names = servingNames('localhost'), now = Date.now } = options
  const folder = join(directory, 'pki')
  await ensureOwnerOnlyDirectory(folder)
  const [caFiles, servingFiles] = await Promise.all([readPair(folder, 'ca'), readPair(folder, 'apiserver')])

  const caKey = caFiles.key ?? (await generateKey())
  const caCertificate = caFiles.certificate?.pem ?? newCaCertificate(caKey, now())
  const issuer = { key: caKey, certificate: caCertificate }
  refuseUnusableAuthority(folder, caCertificate, now())

  const key = servingFiles.key ?? (await generateKey())
  const present = servingFiles.certificate
  const certificate =
    present !== undefined && serves(present.parsed, caCertificate, names, now())
      ? present.pem
      : signServing(issuer, key, names, { now: now(), ttl: SERVING_TTL })

  // Keys before their certificates: a key alone is completed by the next start, a certificate alone is lost.
  await writeOwnerOnly([
    ...(caFiles.key === undefined ? [{ path: join(folder, 'ca.key'), content: keyPem(caKey) }] : []),
    ...(caFiles.certificate === undefined ? [{ path: join(folder, 'ca.crt'), content: caCertificate }] : []),
    ...(servingFiles.key === undefined ? [{ path: join(folder, 'apiserver.key'), content: keyPem(key) }] : []),
    ...(certificate === present?.pem ? [] : [{ path: join(folder, 'apiserver.crt'), content: certificate }]),
  ])
  return authority(issuer, { certificate, key: keyPem(key) }, now)
}

function newCaCertificate(key: KeyObject, now: number): string {
  // Two authorities must not share a name, or a client that trusts both cannot tell whose certificate it sees.
  return selfSign(`keelson-ca@${Math.floor(now / 1000)}`, key, { now, ttl: AUTHORITY_TTL })
}

function authority(issuer: Issuer, serving: CertificateAndKey, now: () => number): Authority {
  return {
    caCertificate: issuer.certificate,
    ...serving,
    issueClientCertificate: async ({ commonName, organizations, ttl }) => {
      const key = await generateKey()
      const certificate = signClient(issuer, key, commonName, organizations, { now: now(), ttl })
      return { certificate, key: keyPem(key) }
    },
    signRequest: certificateSigner(issuer, now),
  }
}

interface Pair {
  readonly key: KeyObject | undefined
  readonly certificate: { readonly pem: string; readonly parsed: X509Certificate } | undefined
}

async function readPair(folder: string, name: string): Promise<Pair> {
  const keyPath = join(folder, `${name}.key`)
  const certificatePath = join(folder, `${name}.crt`)
  const [keyText, pem] = await Promise.all([readOwnerOnly(keyPath), readOwnerOnly(certificatePath)])
  const key = keyText === undefined ? undefined : parse(keyPath, 'private key', () => createPrivateKey(keyText))
  if (key !== undefined && key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new KeelsonError(`${keyPath} is not an EC P-256 key`, startAfresh(folder, name))
  }
  if (pem === undefined) return { key, certificate: undefined }
  const parsed = parse(certificatePath, 'certificate', () => new X509Certificate(pem))
  if (key === undefined) {
    throw new KeelsonError(
      `${keyPath} is missing, but its certificate ${certificatePath} exists`,
      startAfresh(folder, name),
    )
  }
  if (!parsed.checkPrivateKey(key)) {
    throw new KeelsonError(`${keyPath} is not the key of ${certificatePath}`, startAfresh(folder, name))
  }
  return { key, certificate: { pem, parsed } }
}

function parse<T>(path: string, what: string, read: () => T): T {
  try {
    return read()
  } catch {
    // The library's reason is left out: for a key it could quote what the file holds.
    const remedy = `restore the file from a backup, or remove it together with its .${path.endsWith('.key') ? 'crt' : 'key'} file to have both made anew`
    throw new KeelsonError(`${path} does not hold a ${what} in PEM format`, remedy)
  }
}

function startAfresh(folder: string, name: string): string {
  return `restore both files from a backup, or remove ${join(folder, `${name}.crt`)} and ${join(folder, `${name}.key`)} to have them made anew`
}

function refuseUnusableAuthority(folder: string, pem: string, now: number): void {
  const certificate = new X509Certificate(pem)
  const path = join(folder, 'ca.crt')
  if (!certificate.ca)
    throw new KeelsonError(`${path} is not the certificate of an authority`, startAfresh(folder, 'ca'))
  if (certificate.validFromDate.getTime() > now) {
    throw new KeelsonError(`${path} is valid only from ${certificate.validFrom}`, `set this machine's clock right`)
  }
  if (certificate.validToDate.getTime() <= now) {
    throw new KeelsonError(`${path} has expired on ${certificate.validTo}`, startAfresh(folder, 'ca'))
  }
}

function serves(certificate: X509Certificate, caCertificate: string, names: readonly string[], now: number): boolean {
  const issuer = new X509Certificate(caCertificate)
  return (
    certificate.validFromDate.getTime() <= now &&
    certificate.validToDate.getTime() - RENEW_BEFORE > now &&
    certificate.checkIssued(issuer) &&
    certificate.verify(issuer.publicKey) &&
    names.every((name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined)
  )
}
