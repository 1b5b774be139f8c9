/** What Go says of a certificate and a key that it could not serve with (crypto/tls, X509KeyPair). */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'

/** Whatever lies between the lines: that it can be read is seen later. */
const BLOCK = /-----BEGIN ([^\n-]+)-----[^-]+-----END \1-----/g

interface Block {
  readonly type: string
  readonly text: string
}

function blocksIn(text: string): Block[] {
  return [...text.matchAll(BLOCK)].map(([whole, type = '']) => ({ type, text: whole }))
}

const isCertificate = ({ type }: Block): boolean => type === 'CERTIFICATE'
const isKey = ({ type }: Block): boolean => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY')

/**
 * @param certificate PEM, of which the first certificate counts
 * @param key PEM
 * @returns undefined for a pair
 */
export function pairFault(certificate: string, key: string): string | undefined {
  const [certificates, keys] = [blocksIn(certificate), blocksIn(key)]
  const [first, own] = [certificates.find(isCertificate), keys.find(isKey)]
  if (first === undefined) return noCertificate(certificates)
  if (own === undefined) return noKey(keys)
  const parsed = attempt(() => new X509Certificate(first.text))
  if (parsed === undefined) return 'x509: malformed certificate'
  const secret = attempt(() => createPrivateKey(own.text))
  if (secret === undefined) return 'tls: failed to parse private key'
  return mismatch(parsed, secret)
}

function noCertificate(blocks: readonly Block[]): string {
  if (blocks.length === 0) return 'tls: failed to find any PEM data in certificate input'
  if (blocks.length === 1 && blocks.some(isKey))
    return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping ${typesOf(blocks)}`
}

function noKey(blocks: readonly Block[]): string {
  if (blocks.length === 0) return 'tls: failed to find any PEM data in key input'
  if (blocks.length === 1 && blocks.some(isCertificate))
    return 'tls: found a certificate rather than a key in the PEM for the private key'
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping ${typesOf(blocks)}`
}

function typesOf(blocks: readonly Block[]): string {
  return `PEM blocks of the following types: [${blocks.map(({ type }) => type).join(' ')}]`
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}

function mismatch(certificate: X509Certificate, key: KeyObject): string | undefined {
  if (certificate.publicKey.asymmetricKeyType !== key.asymmetricKeyType)
    return 'tls: private key type does not match public key type'
  return certificate.checkPrivateKey(key) ? undefined : 'tls: private key does not match public key'
}
