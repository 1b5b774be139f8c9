/**
 * Signs a CertificateSigningRequest for a client (kubernetes/pkg/controller/certificates/signer and authority). The certificate
 * says in which logical cluster it was asked for: there alone its owner is somebody.
 */
import { X509Certificate } from 'node:crypto'
import type { Issuer } from './certificates.ts'

const MINUTE = 60 * 1000
const HOUR = 60 * MINUTE
/** `--cluster-signing-duration`. */
const MAX_TTL = 365 * 24 * HOUR
const MIN_TTL = 10 * MINUTE
const BACKDATE = 5 * MINUTE
/** What lives shorter than this is not shortened by having been backdated. */
const SHORT = 8 * HOUR
const MARK = 'keelson:cluster:'
const SIGNATURE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export interface CertificateRequest {
  /** PKCS #10, PEM. */
  readonly pem: string
  /** The logical cluster that the certificate is for. */
  readonly cluster: string
  readonly usages: readonly string[]
  readonly expirationSeconds?: number
}

/** The certificate in PEM. Throws where the request cannot be read, or its signature is not that of its key. */
export type CertificateSigner = (request: CertificateRequest) => Promise<string>

/** Loaded when there is a request to read. */
export async function library() {
  // tsyringe, which @peculiar/x509 is built on, refuses to load without Reflect's metadata functions.
  await import('@abraham/reflection')
  return import('@peculiar/x509')
}

export function certificateSigner(issuer: Issuer, now: () => number): CertificateSigner {
  return async ({ pem: text, cluster, usages, expirationSeconds }) => {
    const x509 = await library()
    const request = new x509.Pkcs10CertificateRequest(text)
    if (!(await request.verify())) throw new Error('unable to verify certificate request signature')
    const authority = new x509.X509Certificate(issuer.certificate)
    const requested = request.extensions.find((each) => each instanceof x509.SubjectAlternativeNameExtension)
    // The mark is the first name, so that nothing which was asked for can stand before it.
    const names = [{ type: 'url' as const, value: MARK + cluster }, ...(requested?.names.toJSON() ?? [])]
    const flags =
      (usages.includes('digital signature') ? x509.KeyUsageFlags.digitalSignature : 0) |
      (usages.includes('key encipherment') ? x509.KeyUsageFlags.keyEncipherment : 0)
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity(now(), expirationSeconds, authority.notAfter),
      subject: request.subjectName.toJSON(),
      issuer: authority.subjectName.toJSON(),
      publicKey: request.publicKey,
      signingKey: issuer.key.toCryptoKey(SIGNATURE, false, ['sign']),
      signingAlgorithm: SIGNATURE,
      extensions: [
        // None at all allows what one without any flag forbids.
        ...(flags === 0 ? [] : [new x509.KeyUsagesExtension(flags, true)]),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
        new x509.BasicConstraintsExtension(false, undefined, true),
        await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
        new x509.SubjectAlternativeNameExtension(names),
      ],
    })
    const signed = `${certificate.toString('pem')}\n`
    if (clusterOfCertificate(new X509Certificate(signed).subjectAltName) !== cluster) {
      throw new Error('the names of the certificate request hide where it was made')
    }
    return signed
  }
}

/** PermissiveSigningPolicy */
function validity(now: number, expirationSeconds: number | undefined, latest: Date) {
  const wanted = expirationSeconds === undefined ? MAX_TTL : expirationSeconds * 1000
  const ttl = Math.min(Math.max(wanted, MIN_TTL), MAX_TTL)
  const end = now + (ttl < SHORT ? ttl : ttl - BACKDATE)
  return { notBefore: new Date(now - BACKDATE), notAfter: new Date(Math.min(end, latest.getTime())) }
}

/** The logical cluster that a certificate was signed for, from its alternative names as Node prints them. */
export function clusterOfCertificate(subjectAltName: string | undefined): string | undefined {
  return /^URI:keelson:cluster:([a-z0-9:-]+)(?:, |$)/.exec(subjectAltName ?? '')?.[1]
}

/** The organizations of a request's subject: its groups. Throws where the request cannot be read. */
export async function organizationsOf(text: string): Promise<string[]> {
  const x509 = await library()
  return new x509.Pkcs10CertificateRequest(text).subjectName.getField('O')
}
