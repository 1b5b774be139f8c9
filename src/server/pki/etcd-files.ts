/** `--etcd-cafile`, `--etcd-certfile` and `--etcd-keyfile`: whom to trust as etcd, and what to show to it. */
import { readFlagFile } from '../flag-file.ts'

export interface EtcdFiles {
  readonly cafile?: string
  readonly certfile?: string
  readonly keyfile?: string
}

/** PEM, of what is given. */
export async function readEtcdFiles({
  cafile,
  certfile,
  keyfile,
}: EtcdFiles): Promise<{ ca?: string; cert?: string; key?: string }> {
  return {
    ...(cafile !== undefined && { ca: await readFlagFile('--etcd-cafile', cafile) }),
    ...(certfile !== undefined && { cert: await readFlagFile('--etcd-certfile', certfile) }),
    ...(keyfile !== undefined && { key: await readFlagFile('--etcd-keyfile', keyfile) }),
  }
}
