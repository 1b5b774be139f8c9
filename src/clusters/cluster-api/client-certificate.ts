/**
 * A client certificate that a cluster's own authority signs (util/kubeconfig, util/certs). Its key comes from whoever made
 * the cluster, so that it may be RSA or of a curve. The library is loaded when the first one is made, as in server/pki.
 */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

/** PEM. */
export interface CertificateAndKey {
  readonly certificate: string
  readonly key: string
}

export interface ClientCertificate {
  readonly commonName: string
  readonly organization: string
  /** Milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
}

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const generate = promisify(generateKeyPair)

/** Throws where the authority's key or certificate cannot be read. */
export async function signClientCertificate(
  authority: CertificateAndKey,
  { commonName, organization, notBefore, notAfter }: ClientCertificate,
): Promise<CertificateAndKey> {
  await import('@abraham/reflection')
  const x509 = await import('@peculiar/x509')
  const signer = createPrivateKey(authority.key)
  const signingAlgorithm = algorithmOf(signer)
  const issuer = new x509.X509Certificate(authority.certificate)
  const { privateKey } = await generate('ec', { namedCurve: 'P-256' })
  const publicKey = createPublicKey(privateKey).toCryptoKey(EC, true, ['verify'])
  const certificate = await x509.X509CertificateGenerator.create({
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    subject: [{ O: [organization] }, { CN: [commonName] }],
    issuer: issuer.subjectName.toJSON(),
    publicKey,
    signingKey: signer.toCryptoKey(signingAlgorithm, false, ['sign']),
    signingAlgorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  })
  return {
    certificate: `${certificate.toString('pem')}\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function algorithmOf(key: KeyObject) {
  if (key.asymmetricKeyType === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const curves: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }
  const namedCurve = curves[key.asymmetricKeyDetails?.namedCurve ?? '']
  if (namedCurve === undefined) throw new Error(`keys of the type ${key.asymmetricKeyType} sign no certificates here`)
  return { name: 'ECDSA', namedCurve, hash: 'SHA-256' }
}
