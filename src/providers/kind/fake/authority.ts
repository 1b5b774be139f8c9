/** Certificates for tests: the authority of pretended clusters, its server's and its clients'. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY = 24 * 60 * 60 * 1000

export interface Authority {
  readonly certificate: string
  readonly serving: { readonly cert: string; readonly key: string }
  readonly issue: (seconds: number) => Promise<{ readonly cert: string; readonly key: string }>
}

export async function makeAuthority(): Promise<Authority> {
  await import('@abraham/reflection')
  const x509 = await import('@peculiar/x509')
  const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const crypto = (key: KeyObject, usage: 'sign' | 'verify') => key.toCryptoKey(ALGORITHM, true, [usage])
  const own = keyPair()
  const authority = await x509.X509CertificateGenerator.create({
    subject: 'CN=kubernetes',
    issuer: 'CN=kubernetes',
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + 10 * DAY),
    publicKey: crypto(own.publicKey, 'verify'),
    signingKey: crypto(own.privateKey, 'sign'),
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  })
  const sign = async (subject: string, notAfter: Date, names: string[]) => {
    const { publicKey, privateKey } = keyPair()
    const certificate = await x509.X509CertificateGenerator.create({
      subject,
      issuer: 'CN=kubernetes',
      notBefore: new Date(Date.now() - DAY),
      notAfter,
      publicKey: crypto(publicKey, 'verify'),
      signingKey: crypto(own.privateKey, 'sign'),
      signingAlgorithm: ALGORITHM,
      extensions:
        names.length === 0
          ? []
          : [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'ip', value })))],
    })
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    return { cert: certificate.toString('pem'), key }
  }
  return {
    certificate: authority.toString('pem'),
    serving: await sign('CN=kube-apiserver', new Date(Date.now() + DAY), ['127.0.0.1']),
    issue: (seconds) => sign('O=system:masters, CN=keelson', new Date(Date.now() + seconds * 1000), []),
  }
}
