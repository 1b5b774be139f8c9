/**
 * Makes certificates with @peculiar/x509. The library is loaded when the first one must be made: in a bundle it takes 35 to
 * 50 ms to evaluate, and making two certificates takes another 15 to 20 ms (measured on Node 26, 2 cores); a server that
 * finds its certificates on disk pays neither. Reading certificates is done by node:crypto alone.
 */
import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { isIP } from 'node:net'
import { promisify } from 'node:util'

const DAY = 24 * 60 * 60 * 1000
/** Clocks differ, and may be set back: what is issued now is valid on a machine up to a day behind. */
const BACKDATED = DAY
export const SIGNATURE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

const generate = promisify(generateKeyPair)

/** An EC P-256 private key; its public half is derived from it. */
export async function generateKey(): Promise<KeyObject> {
  return (await generate('ec', { namedCurve: 'P-256' })).privateKey
}

/** PKCS #8, PEM. */
export function keyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

export interface Issuer {
  readonly certificate: string
  readonly key: KeyObject
}

export interface Validity {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Milliseconds. */
  readonly ttl: number
}

/** A self-signed CA certificate, PEM. */
export async function selfSign(commonName: string, key: KeyObject, validity: Validity): Promise<string> {
  const x509 = await library()
  const publicKey = publicCryptoKey(key)
  const certificate = await x509.X509CertificateGenerator.create({
    ...validityOf(validity),
    subject: [{ CN: [commonName] }],
    issuer: [{ CN: [commonName] }],
    publicKey,
    signingKey: signingCryptoKey(key),
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  })
  return pem(certificate)
}

/** A certificate that a server shows, valid for DNS names and IP addresses, PEM. */
export async function signServing(
  issuer: Issuer,
  key: KeyObject,
  names: readonly string[],
  validity: Validity,
): Promise<string> {
  const x509 = await library()
  const alternatives = names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value }))
  return sign(issuer, key, validity, [{ CN: ['keelson-apiserver'] }], x509.ExtendedKeyUsage.serverAuth, [
    new x509.SubjectAlternativeNameExtension(alternatives),
  ])
}

/** A certificate that a client shows: the common name is its user name, each organization a group. PEM. `key` may be the
 *  public half alone. */
export async function signClient(
  issuer: Issuer,
  key: KeyObject,
  commonName: string,
  organizations: readonly string[],
  validity: Validity,
): Promise<string> {
  const x509 = await library()
  const subject = [...organizations.map((organization) => ({ O: [organization] })), { CN: [commonName] }]
  return sign(issuer, key, validity, subject, x509.ExtendedKeyUsage.clientAuth, [])
}

async function sign(
  issuer: Issuer,
  key: KeyObject,
  validity: Validity,
  subject: { [attribute: string]: string[] }[],
  usage: string,
  more: InstanceType<Awaited<ReturnType<typeof library>>['Extension']>[],
): Promise<string> {
  const x509 = await library()
  const authority = new x509.X509Certificate(issuer.certificate)
  const publicKey = publicCryptoKey(key)
  const certificate = await x509.X509CertificateGenerator.create({
    ...validityOf(validity),
    subject,
    issuer: authority.subjectName.toJSON(),
    publicKey,
    signingKey: signingCryptoKey(issuer.key),
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      ...more,
    ],
  })
  return pem(certificate)
}

export async function library() {
  // tsyringe, which @peculiar/x509 is built on, refuses to load without Reflect's metadata functions.
  await import('@abraham/reflection')
  return import('@peculiar/x509')
}

function validityOf({ now, ttl }: Validity): { notBefore: Date; notAfter: Date } {
  return dates(now - BACKDATED, now + ttl)
}

/** Milliseconds since the epoch. */
export function dates(notBefore: number, notAfter: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(notBefore), notAfter: new Date(notAfter) }
}

function publicCryptoKey(key: KeyObject) {
  return (key.type === 'public' ? key : createPublicKey(key)).toCryptoKey(SIGNATURE, true, ['verify'])
}

export function signingCryptoKey(key: KeyObject) {
  return key.toCryptoKey(SIGNATURE, false, ['sign'])
}

export function pem(certificate: { toString: (format: 'pem') => string }): string {
  return `${certificate.toString('pem')}\n`
}
