/**
 * Makes certificates with node:crypto and the few elements of `der.ts`. A library for it (@peculiar/x509, which reads certificate
 * requests here) takes 35 to 50 ms to evaluate, and two certificates another 15 to 20 ms (Node 26, 2 cores, bundled): a
 * quarter of what a first start takes in all.
 */
import {
  createHash,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { isIP } from 'node:net'
import { promisify } from 'node:util'
import {
  bits,
  boolean,
  contentOf,
  distinguishedName,
  element,
  elementsOf,
  generalName,
  identifier,
  integer,
  octets,
  sequence,
  time,
} from './der.ts'

const DAY = 24 * 60 * 60 * 1000
/** Clocks differ, and may be set back: what is issued now is valid on a machine up to a day behind. */
const BACKDATED = DAY

/** RFC 5758 and RFC 5280 */
const ECDSA_WITH_SHA256 = sequence(identifier('1.2.840.10045.4.3.2'))
const BASIC_CONSTRAINTS = '2.5.29.19'
const KEY_USAGE = '2.5.29.15'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const SUBJECT_KEY_IDENTIFIER = '2.5.29.14'
const AUTHORITY_KEY_IDENTIFIER = '2.5.29.35'
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17'
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
/** digitalSignature; with keyCertSign and cRLSign. */
const SIGNS = bits(Buffer.from([0x80]), 7)
const SIGNS_CERTIFICATES = bits(Buffer.from([0x86]), 1)

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
export function selfSign(commonName: string, key: KeyObject, validity: Validity): string {
  const name = distinguishedName([['CN', commonName]])
  return certificate({ issuer: name, subject: name, publicKey: createPublicKey(key), signingKey: key, validity }, [
    extension(BASIC_CONSTRAINTS, sequence(boolean(true)), true),
    extension(KEY_USAGE, SIGNS_CERTIFICATES, true),
    extension(SUBJECT_KEY_IDENTIFIER, octets(keyIdentifier(createPublicKey(key)))),
  ])
}

/** A certificate that a server shows, valid for DNS names and IP addresses, PEM. */
export function signServing(issuer: Issuer, key: KeyObject, names: readonly string[], validity: Validity): string {
  const alternatives = names.map((name) => generalName(name, isIP(name) !== 0))
  return signLeaf(issuer, key, validity, distinguishedName([['CN', 'keelson-apiserver']]), SERVER_AUTH, [
    extension(SUBJECT_ALTERNATIVE_NAME, sequence(...alternatives)),
  ])
}

/** A certificate that a client shows: the common name is its user name, each organization a group. PEM. `key` may be the
 *  public half alone. */
export function signClient(
  issuer: Issuer,
  key: KeyObject,
  commonName: string,
  organizations: readonly string[],
  validity: Validity,
): string {
  const groups = organizations.map((organization) => ['O', organization] as const)
  return signLeaf(issuer, key, validity, distinguishedName([...groups, ['CN', commonName]]), CLIENT_AUTH, [])
}

function signLeaf(
  issuer: Issuer,
  key: KeyObject,
  validity: Validity,
  subject: Buffer,
  usage: string,
  more: readonly Buffer[],
): string {
  const authority = new X509Certificate(issuer.certificate)
  const publicKey = key.type === 'public' ? key : createPublicKey(key)
  const parts = { issuer: subjectOf(authority), subject, publicKey, signingKey: issuer.key, validity }
  return certificate(parts, [
    extension(BASIC_CONSTRAINTS, sequence(), true),
    extension(KEY_USAGE, SIGNS, true),
    extension(EXTENDED_KEY_USAGE, sequence(identifier(usage))),
    extension(AUTHORITY_KEY_IDENTIFIER, sequence(element(0x80, keyIdentifier(authority.publicKey)))),
    extension(SUBJECT_KEY_IDENTIFIER, octets(keyIdentifier(publicKey))),
    ...more,
  ])
}

interface CertificateParts {
  /** Distinguished names. */
  readonly issuer: Buffer
  readonly subject: Buffer
  readonly publicKey: KeyObject
  /** EC P-256. */
  readonly signingKey: KeyObject
  readonly validity: Validity
}

/** RFC 5280, 4.1 */
function certificate(
  { issuer, subject, publicKey, signingKey, validity }: CertificateParts,
  extensions: Buffer[],
): string {
  if (signingKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new Error('the authority’s key is not EC P-256')
  const { now, ttl } = validity
  const signed = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ECDSA_WITH_SHA256,
    issuer,
    sequence(time(now - BACKDATED), time(now + ttl)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(...extensions)),
  )
  const whole = sequence(signed, ECDSA_WITH_SHA256, bits(sign('sha256', signed, signingKey)))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(identifier(id), ...(critical ? [boolean(true)] : []), octets(value))
}

/** As it is written there, so that whoever compares bytes finds it the same. */
function subjectOf({ raw }: X509Certificate): Buffer {
  const [signed = Buffer.alloc(0)] = elementsOf(contentOf(raw))
  const [, , , , , subject] = elementsOf(contentOf(signed))
  if (subject === undefined) throw new Error('the authority’s certificate has no subject')
  return subject
}

/** SHA-1 of the key's bits (RFC 5280, 4.2.1.2). */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const [, key = Buffer.alloc(0)] = elementsOf(contentOf(publicKey.export({ type: 'spki', format: 'der' })))
  return createHash('sha1').update(contentOf(key).subarray(1)).digest()
}
