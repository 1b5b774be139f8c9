/** The Secret that Cluster API's contract asks for: a kubeconfig of the cluster, renewed before it ends. */
import { resourceRef } from '../../../client/index.ts'
import { apply, type Client, find, ownerReference } from '../../../controller/index.ts'
import type { KubeObject } from '../../../machinery/index.ts'
import { issueAccess } from '../access.ts'
import type { Cluster } from '../look.ts'
import type { KindWorld } from '../world.ts'
import type { KindCluster } from './kind-cluster.ts'

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

const SECRETS = resourceRef<Secret>('v1', 'secrets', { namespaced: true })
const EXPIRY = 'kind.keelson.dev/expires-at'
const FINGERPRINT = 'kind.keelson.dev/endpoint'
/** Seconds that a credential is good for; it is renewed when half of that is over. */
const LIFETIME = 24 * 60 * 60

/** `owner` is the Cluster's name. Milliseconds until it is to be renewed; undefined where the Secret is somebody else's. */
export async function keepKubeconfig(
  world: KindWorld,
  { client, now, signal }: { readonly client: Client; readonly now: () => number; readonly signal: AbortSignal },
  { object, owner, cluster }: { readonly object: KindCluster; readonly owner: string; readonly cluster: Cluster },
): Promise<number | undefined> {
  const { namespace = '' } = object.metadata
  const { endpoint, externalID } = cluster.observed
  const name = `${owner}-kubeconfig`
  const present = await find(client, SECRETS, name, { namespace })
  const annotations = present?.metadata.annotations ?? {}
  if (present !== undefined && annotations[EXPIRY] === undefined) return undefined
  const left = Date.parse(annotations[EXPIRY] ?? '') - now() - (LIFETIME * 1000) / 2
  const where = JSON.stringify([externalID, endpoint])
  if (left > 0 && annotations[FINGERPRINT] === where) return left
  const { kubeconfig, expiresAt } = await issueAccess(world, cluster, LIFETIME, signal)
  await apply(client, SECRETS, {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'cluster.x-k8s.io/secret',
    metadata: {
      name,
      namespace,
      labels: { 'cluster.x-k8s.io/cluster-name': owner },
      annotations: { [EXPIRY]: expiresAt, [FINGERPRINT]: where },
      ownerReferences: [ownerReference(object)],
    },
    data: { value: Buffer.from(kubeconfig.reveal()).toString('base64') },
  })
  return (LIFETIME * 1000) / 2
}
