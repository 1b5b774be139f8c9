/** What an inventory says of a cluster, read from the cluster itself. */
import { resourceRef } from '../../client/index.ts'
import { orGone } from '../../controller/index.ts'
import type { KubeObject } from '../../machinery/index.ts'
import type { RemoteCluster } from '../cluster-api/remote-cluster.ts'
import type { AccessProvider, ProfileProperty } from './cluster-profile.ts'

/** Of the About API: what a cluster says of itself, among it which one it is (KEP-2149). */
interface ClusterProperty extends KubeObject {
  readonly spec?: { readonly value?: string }
}

const NAMESPACES = resourceRef('v1', 'namespaces', { namespaced: false })
const PROPERTIES = resourceRef<ClusterProperty>('about.k8s.io/v1', 'clusterproperties', { namespaced: false })
/** What a cluster is told from every other by; where it says nothing, the UID of kube-system is, as the KEP advises. */
const ID = 'cluster.clusterset.k8s.io'

export interface Looked {
  readonly version: string
  readonly properties: readonly ProfileProperty[]
}

export async function lookAtCluster({ client }: RemoteCluster, signal: AbortSignal): Promise<Looked> {
  const [version, kubeSystem, told] = await Promise.all([
    client.raw('GET', '/version', { signal }),
    client.get(NAMESPACES, 'kube-system', { signal }),
    orGone(client.list(PROPERTIES, { signal })),
  ])
  const { gitVersion = '' } = (version ?? {}) as { gitVersion?: string }
  const own = (told?.items ?? []).flatMap(({ metadata, spec }) => {
    const { name } = metadata
    const value = spec?.value
    return name === undefined || value === undefined || value === '' ? [] : [{ name, value: value.slice(0, LONGEST) }]
  })
  const isNamed = own.some(({ name }) => name === ID)
  return {
    version: gitVersion,
    properties: [...(isNamed ? [] : [{ name: ID, value: kubeSystem.metadata.uid ?? '' }]), ...own],
  }
}

const LONGEST = 1024

/** By the inventory's own plugin, which reads the credential from the Secret where that is allowed. */
export function accessOf(name: string, namespace: string, { config }: RemoteCluster): AccessProvider {
  const { server, ca, tlsServerName } = config
  return {
    name: 'kubeconfig-secretreader',
    cluster: {
      server: server.replace(/\/$/, ''),
      'certificate-authority-data': Buffer.from(ca).toString('base64'),
      ...(tlsServerName !== undefined && { 'tls-server-name': tlsServerName }),
      extensions: [
        {
          name: 'client.authentication.k8s.io/exec',
          extension: { name: `${name}-kubeconfig`, key: 'value', namespace },
        },
      ],
    },
  }
}
