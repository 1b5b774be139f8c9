/** For tests: what `openssl req -new` makes. */
import type { KeyObject } from 'node:crypto'
import { library } from './certificate-request.ts'

/** The base64 of PKCS #10 in PEM, as `spec.request` takes it; `key` of EC P-256. */
export async function pkcs10(
  key: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  subject: string,
  uri?: string,
): Promise<string> {
  const x509 = await library()
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const names = uri === undefined ? [] : [new x509.SubjectAlternativeNameExtension([{ type: 'url', value: uri }])]
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys: {
      privateKey: key.privateKey.toCryptoKey(algorithm, true, ['sign']),
      publicKey: key.publicKey.toCryptoKey(algorithm, true, ['verify']),
    },
    signingAlgorithm: algorithm,
    extensions: names,
  })
  return Buffer.from(`${made.toString('pem')}\n`).toString('base64')
}
