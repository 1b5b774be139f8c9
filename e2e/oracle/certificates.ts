import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../tools/go.ts'

const days = '2'

/**
 * Makes, by openssl, what a kube-apiserver needs, in `folder`: `ca`, `apiserver` and `admin` (each `.crt` and `.key`), and
 * the key pair of service account tokens, `sa.key` and `sa.pub`.
 */
export async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...openSslArguments: string[]) => run('openssl', openSslArguments, folder)
  const key = (name: string) =>
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`)
  await Promise.all(['ca', 'sa', 'apiserver', 'admin'].map(key))
  await openssl('pkey', '-in', 'sa.key', '-pubout', '-out', 'sa.pub')
  await openssl('req', '-x509', '-new', '-key', 'ca.key', '-subj', '/CN=e2e-ca', '-days', days, '-out', 'ca.crt')

  const leaf = async (name: string, subject: string, names: string) => {
    const extensions = `keyUsage=digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=${names}\n`
    await writeFile(join(folder, `${name}.ext`), extensions)
    await openssl('req', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`)
    const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-CAserial', `${name}.srl`]
    await openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...authority,
      '-days',
      days,
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.crt`,
    )
  }
  const services = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'].map(
    (name) => `DNS:${name}`,
  )
  await leaf('apiserver', '/CN=kube-apiserver', [...services, 'IP:127.0.0.1', 'IP:10.96.0.1'].join(','))
  await leaf('admin', '/O=system:masters/CN=admin', 'DNS:admin')
}

/** The content of one of those files. */
export function readCertificate(folder: string, name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8')
}
