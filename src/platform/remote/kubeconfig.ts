/** A kubeconfig that the server issues. */
import type { Client, ResourceRef } from '../../client/index.ts'
import type { KubeObject } from '../../machinery/index.ts'
import { type Access, sensitive } from '../../providers/index.ts'
import { CLUSTER_RESOURCES, type ClusterKind } from '../controllers/cluster-object.ts'
import { type KubeconfigRequest, kubeconfigRequest } from '../engine/kubeconfig-request.ts'

/** `ttl` in seconds; default: what the object's spec.access.ttl says, which is also the most. */
export async function requestKubeconfig(
  client: Client,
  address: string,
  { ttl, signal }: { readonly ttl: number | undefined; readonly signal: AbortSignal },
): Promise<Access> {
  const [kind = '', name = ''] = address.split('/')
  const resource: ResourceRef<KubeObject> = CLUSTER_RESOURCES[kind as ClusterKind]
  const options = { name, subresource: 'kubeconfig', signal }
  const { status } = (await client.create(resource, kubeconfigRequest(ttl), options)) as KubeconfigRequest
  const { kubeconfig = '', expirationTimestamp: expiresAt = '' } = status ?? {}
  return { kubeconfig: sensitive(Buffer.from(kubeconfig, 'base64').toString()), expiresAt }
}
