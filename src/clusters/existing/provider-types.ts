/** How a ClusterProvider object of the type `existing` becomes a provider: in a server, and in a process that is none. */
import { type Client, readKubeconfig, resourceRef } from '../../client/index.ts'
import { find } from '../../controller/index.ts'
import { KeelsonError, type KubeObject } from '../../machinery/index.ts'
import type { ClusterProvider } from '../../providers/index.ts'
import type { Allows } from './connection.ts'
import { openExistingProvider } from './existing-provider.ts'
import { selfContainedConfig, type TrustedConfig, trustedConfig } from './kubeconfig.ts'

/** `spec.existing.clusters[]` of a ClusterProvider, defaults applied. */
interface ListedCluster {
  readonly name: string
  readonly kubeconfig: {
    readonly file?: string
    readonly secretRef?: { readonly namespace: string; readonly name: string; readonly key: string }
    readonly context?: string
  }
}

interface Spec {
  readonly existing?: { readonly clusters: readonly ListedCluster[] }
}

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

const SECRETS = resourceRef<Secret>('v1', 'secrets', { namespaced: true })

/** Kubeconfigs are files of whoever runs the command. */
export function localExistingType({ existing }: Spec): ClusterProvider {
  const clusters = listed(existing).map(({ name, kubeconfig: { file, context } }, index) => {
    if (file === undefined) {
      const text = `clusters[${index}].kubeconfig.file: Required value`
      throw new KeelsonError(text, 'name the file of its kubeconfig: Secrets are for servers')
    }
    const config = trustedConfig(readKubeconfig({ file, env: {} }), context)
    return { name, config: async () => config }
  })
  return openExistingProvider({ clusters })
}

/** Kubeconfigs are Secrets of the workspace that the ClusterProvider is in; `client` is at that workspace. */
export function servedExistingType({ existing }: Spec, client: () => Client, allows: Allows): ClusterProvider {
  const clusters = listed(existing).map(({ name, kubeconfig: { secretRef, context } }, index) => {
    if (secretRef === undefined) {
      const text = `clusters[${index}].kubeconfig.secretRef: Required value`
      throw new KeelsonError(text, "name the Secret of its kubeconfig: a server reads no files of its machine's")
    }
    const config = async (signal: AbortSignal): Promise<TrustedConfig> => {
      const { namespace, name: secret, key } = secretRef
      const source = `Secret ${namespace}/${secret}`
      const value = (await find(client(), SECRETS, secret, { namespace, signal }))?.data?.[key]
      if (value === undefined) {
        throw new KeelsonError(`${source} with the key ${key} is not there`, 'create it with the kubeconfig')
      }
      return selfContainedConfig(Buffer.from(value, 'base64').toString(), source, context)
    }
    return { name, config }
  })
  return openExistingProvider({ clusters, allows })
}

function listed(existing: Spec['existing']): readonly ListedCluster[] {
  if (existing !== undefined) return existing.clusters
  throw new KeelsonError('Required value', 'say which clusters: existing: {clusters: [{name, kubeconfig}]}')
}
