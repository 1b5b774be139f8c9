/** A cluster as Argo CD is told of it (argo-cd/docs/operator-manual/declarative-setup.md, "Clusters"). */
import { parseYaml } from '../../machinery/index.ts'
import { callRefused } from '../../providers/index.ts'

interface Kubeconfig {
  readonly clusters?: readonly { readonly cluster?: Readonly<Record<string, string>> }[]
  readonly users?: readonly { readonly user?: Readonly<Record<string, string>> }[]
}

/** The keys of the Secret, not yet in base64. */
export function argoCluster(name: string, kubeconfig: string): { name: string; server: string; config: string } {
  const parsed = parseYaml(kubeconfig)
  const { clusters = [], users = [] } = (parsed.ok ? parsed.value : {}) as Kubeconfig
  const { server, 'certificate-authority-data': caData } = clusters[0]?.cluster ?? {}
  const { token, 'client-certificate-data': certData, 'client-key-data': keyData } = users[0]?.user ?? {}
  if (server === undefined || (token === undefined && keyData === undefined)) {
    throw callRefused('spec.access.publish.argocd: its kubeconfig has no credential that Argo CD could use')
  }
  const tlsClientConfig = {
    insecure: false,
    ...(caData !== undefined && { caData }),
    ...(certData !== undefined && { certData }),
    ...(keyData !== undefined && { keyData }),
  }
  const config = JSON.stringify({ ...(token !== undefined && { bearerToken: token }), tlsClientConfig })
  return { name, server, config }
}
