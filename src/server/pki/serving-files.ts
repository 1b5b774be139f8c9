/** `--tls-cert-file` and `--tls-private-key-file`: what to serve with instead of a certificate of our own authority. */
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
  return { certificate, key }
}
