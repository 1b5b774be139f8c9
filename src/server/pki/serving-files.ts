/** `--tls-cert-file` and `--tls-private-key-file`: what to serve with instead of a certificate of our own authority. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { KeelsonError } from '../../machinery/index.ts'
import { readFlagFile } from '../flag-file.ts'

export interface ServingFiles {
  readonly tlsCertFile?: string
  readonly tlsPrivateKeyFile?: string
}

/** PEM; nothing where neither flag is given. */
export async function readServingFiles({
  tlsCertFile,
  tlsPrivateKeyFile,
}: ServingFiles): Promise<{ certificate: string; key: string } | undefined> {
  if (tlsCertFile === undefined && tlsPrivateKeyFile === undefined) return undefined
  if (tlsCertFile === undefined || tlsPrivateKeyFile === undefined) {
    throw new KeelsonError('--tls-cert-file and --tls-private-key-file go together', 'give both, or neither')
  }
  const [certificate, key] = await Promise.all([
    readFlagFile('--tls-cert-file', tlsCertFile),
    readFlagFile('--tls-private-key-file', tlsPrivateKeyFile),
  ])
  const shown = orUndefined(() => new X509Certificate(certificate))
  if (shown === undefined) {
    throw new KeelsonError(
      `--tls-cert-file ${tlsCertFile} holds no certificate`,
      'name a file with the certificate to serve with, and those up to its authority behind it, in PEM format',
    )
  }
  const held = orUndefined(() => createPrivateKey(key))
  if (held === undefined) {
    throw new KeelsonError(
      `--tls-private-key-file ${tlsPrivateKeyFile} holds no private key`,
      'name a file with the key of the certificate, in PEM format and without a passphrase',
    )
  }
  if (!shown.checkPrivateKey(held)) {
    throw new KeelsonError(
      `--tls-private-key-file ${tlsPrivateKeyFile} is not the key of the first certificate in ${tlsCertFile}`,
      'name the two files of one certificate, with that of the server first',
    )
  }
  return { certificate, key }
}

/** What OpenSSL says of a file helps nobody. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
