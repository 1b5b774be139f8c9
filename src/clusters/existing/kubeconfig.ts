/**
 * The connection that a given kubeconfig stands for. It has to name the authority that signs the API server's certificate:
 * who is trusted with a credential must be known.
 */
import { clientConfigOf, type Kubeconfig, parseKubeconfig, type RestConfig } from '../../client/index.ts'
import { KeelsonError } from '../../machinery/index.ts'

export type TrustedConfig = RestConfig & { readonly ca: string | Buffer }

/** Throws a KeelsonError where something is missing, or is more than a certificate, a key or a token. */
export function trustedConfig(kubeconfig: Kubeconfig, context?: string): TrustedConfig {
  const { ca, ...config } = clientConfigOf(kubeconfig, context)
  const where = kubeconfig.files[0] ?? 'the kubeconfig'
  if (ca === undefined || config.insecureSkipTlsVerify === true) {
    const text = `${where}: certificate-authority-data is missing, or insecure-skip-tls-verify takes its place`
    throw new KeelsonError(text, "give the certificate authority of the cluster's API server")
  }
  return { ...config, ca }
}

/** Of a text that somebody else wrote: it must bring all that it needs, so that it reads no file of this machine. */
export function selfContainedConfig(text: string, source: string, context?: string): TrustedConfig {
  const kubeconfig = parseKubeconfig(text, source)
  const entries = [...kubeconfig.clusters.values(), ...kubeconfig.users.values()].map(({ value }) => value)
  for (const field of ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile']) {
    if (!entries.some((entry) => Object.hasOwn(entry, field))) continue
    const remedy = 'use a kubeconfig with everything in it, as kubectl config view --raw --flatten prints it'
    throw new KeelsonError(`${source}: ${field}: names a file, and files of the machine are not read`, remedy)
  }
  return trustedConfig(kubeconfig, context)
}
