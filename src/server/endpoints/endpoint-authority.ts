/** The certificate authority of one endpoint: what its Secret holds, and what is made of it. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { badRequest, type KubeObject } from '../../machinery/index.ts'
import type { Authority } from '../pki/authority.ts'
import { certificateSigner } from '../pki/certificate-request.ts'
import { generateKey, type Issuer, keyPem, selfSign, signClient, signServing } from '../pki/certificates.ts'

const DAY = 24 * 60 * 60 * 1000
const AUTHORITY_TTL = 3650 * DAY
const SERVING_TTL = 365 * DAY

/** The `data` of a new authority's Secret. The logical cluster's name tells it from all others: clients may trust several. */
export async function newAuthorityData(cluster: string, now: number): Promise<Record<string, string>> {
  const key = await generateKey()
  const certificate = selfSign(`keelson-ca@${cluster}`, key, { now, ttl: AUTHORITY_TTL })
  return { 'tls.crt': encode(certificate), 'tls.key': encode(keyPem(key)) }
}

/** Undefined where the Secret does not hold an authority. */
export function readIssuer(secret: KubeObject | undefined): Issuer | undefined {
  const data = (secret?.data ?? {}) as Record<string, unknown>
  const [certificate, pem] = [decode(data['tls.crt']), decode(data['tls.key'])]
  try {
    const key = createPrivateKey(pem)
    const parsed = new X509Certificate(certificate)
    return parsed.ca && parsed.checkPrivateKey(key) ? { certificate, key } : undefined
  } catch {
    return undefined
  }
}

/** `sha256:` and 64 hex digits. */
export function fingerprintOf({ certificate }: Pick<Issuer, 'certificate'>): string {
  return `sha256:${createHash('sha256').update(new X509Certificate(certificate).raw).digest('hex')}`
}

/** With a serving certificate that is made anew each time and kept nowhere. */
export async function authorityOf(issuer: Issuer, names: readonly string[], now: () => number): Promise<Authority> {
  const key = await generateKey()
  return {
    caCertificate: issuer.certificate,
    certificate: signServing(issuer, key, names, { now: now(), ttl: SERVING_TTL }),
    key: keyPem(key),
    issueClientCertificate: async ({ commonName, organizations, ttl }) => {
      const own = await generateKey()
      const certificate = signClient(issuer, own, commonName, organizations, { now: now(), ttl })
      return { certificate, key: keyPem(own) }
    },
    signRequest: certificateSigner(issuer, now),
  }
}

export interface ClientRequest {
  /** PEM (SPKI) of an EC P-256 key; the private half stays with whoever asks. */
  readonly publicKey: string
  readonly commonName: string
  readonly organizations: readonly string[]
}

/** PEM. `ttl` in milliseconds. */
export function signFor(
  issuer: Issuer,
  { publicKey, commonName, organizations }: ClientRequest,
  validity: { readonly now: number; readonly ttl: number },
): string {
  return signClient(issuer, readPublicKey(publicKey), commonName, organizations, validity)
}

function readPublicKey(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem)
    if (!pem.includes('PRIVATE') && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key
  } catch {
    // Said below: the library's reason could quote what was sent.
  }
  throw badRequest('spec.publicKey: must be an EC P-256 public key in PEM format')
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64')
}

function decode(value: unknown): string {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString() : ''
}
