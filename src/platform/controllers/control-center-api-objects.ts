/** What a control center's API holds of one Platform: a Cluster of Cluster API, its control plane, and the Secret with its kubeconfig. */
import { type Client, resourceRef } from '../../client/index.ts'
import { apply, find, orGone, patchStatus, removeFinalizer } from '../../controller/index.ts'
import type { Condition, KubeObject } from '../../machinery/index.ts'
import { formatIdentity, type ObservedCluster, TAGS } from '../../providers/index.ts'
import type { ConfiguredProvider, DesiredCluster } from '../engine/desired.ts'
import {
  CONTROL_PLANES,
  controlPlaneOf,
  controlPlaneReference,
  controlPlaneStatus,
  MANAGER_ROLE,
} from './platform-control-plane.ts'

interface Definition extends KubeObject {
  readonly spec?: {
    readonly group?: string
    readonly names?: { readonly plural?: string }
    readonly versions?: readonly { readonly name: string; readonly storage?: boolean }[]
  }
}

const CRDS = resourceRef<Definition>('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
export const CLUSTER_ROLES = resourceRef('rbac.authorization.k8s.io/v1', 'clusterroles', { namespaced: false })
const SECRETS = resourceRef('v1', 'secrets', { namespaced: true })

interface ClusterAPICluster extends KubeObject {
  readonly spec?: { readonly paused?: boolean }
}
const CLUSTERS = resourceRef<ClusterAPICluster>('cluster.x-k8s.io/v1beta2', 'clusters', { namespaced: true })

const NAMESPACE = 'default'
const CLUSTER_NAME_LABEL = 'cluster.x-k8s.io/cluster-name'
const CLUSTER_FINALIZER = 'cluster.cluster.x-k8s.io'
const KUBECONFIG_TYPE = 'cluster.x-k8s.io/secret'
/** On the Secret: what its kubeconfig leads to, and until when. */
const ENDPOINT_ANNOTATION = 'platform.keelson.dev/endpoint'
const EXPIRES_ANNOTATION = 'platform.keelson.dev/expires-at'

/** Seconds. Reissued when half of it is over. */
const LIFETIME = 24 * 60 * 60

/** A Platform as the world shows it. */
export interface PublishedPlatform {
  readonly cluster: DesiredCluster
  readonly configured: ConfiguredProvider
  /** Absent: there is no cluster yet. */
  readonly observed?: ObservedCluster
  readonly isDeleting: boolean
}

/** The name is somebody else's in the control center. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken'
}

/** On everything that this server puts into a control center's API. */
const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'keelson' }

/** Whether the definition is there and served. What somebody else installed stays as it is. */
export async function installCRD(client: Client, crd: KubeObject): Promise<boolean> {
  const present = await find(client, CRDS, crd.metadata.name ?? '')
  const isOurs = present === undefined || isManaged(present)
  const marked = { ...crd, metadata: { ...crd.metadata, labels: { ...crd.metadata.labels, ...MANAGED_BY } } }
  const { object } = isOurs ? await apply(client, CRDS, marked) : { object: present }
  // kube-apiserver answers a create with null.
  const { conditions } = (object?.status ?? {}) as { conditions?: readonly Condition[] | null }
  return (conditions ?? []).some(({ type, status }) => type === 'Established' && status === 'True')
}

/** Cluster API's own definitions say what has generated them, and kubectl apply leaves our label on them. */
const GENERATED = 'controller-gen.kubebuilder.io/version'

function isManaged({ metadata }: KubeObject): boolean {
  if (metadata.annotations?.[GENERATED] !== undefined) return false
  return Object.entries(MANAGED_BY).every(([label, value]) => metadata.labels?.[label] === value)
}

/** Whether nothing is left of what this server has installed; definitions go only without objects. */
export async function removeEquipment(client: Client, crds: readonly KubeObject[]): Promise<boolean> {
  const { name: role = '' } = MANAGER_ROLE.metadata
  const present = await find(client, CLUSTER_ROLES, role)
  if (present !== undefined && isManaged(present)) await orGone(client.delete(CLUSTER_ROLES, role))
  let isEmpty = true
  for (const { metadata } of crds) {
    const crd: Definition | undefined = await find(client, CRDS, metadata.name ?? '')
    if (crd === undefined || !isManaged(crd)) continue
    const { group = '', names, versions = [] } = crd.spec ?? {}
    const version = versions.find(({ storage }) => storage === true)?.name ?? ''
    const resource = resourceRef(`${group}/${version}`, names?.plural ?? '', { namespaced: true })
    const { items } = await client.listPage(resource, { limit: 1 })
    if (items.length > 0) isEmpty = false
    else {
      const { uid = '' } = crd.metadata
      await orGone(client.delete(CRDS, metadata.name ?? '', { preconditions: { uid } }))
    }
  }
  return isEmpty
}

/** Milliseconds from `now` until it has to be looked at again. */
export async function publishPlatform(
  client: Client,
  platform: PublishedPlatform,
  { now, signal }: { readonly now: number; readonly signal: AbortSignal },
): Promise<number> {
  const { cluster, configured, observed, isDeleting } = platform
  const name = cluster.identity.name
  const marks = { [TAGS.owner]: configured.ownerTag, [TAGS.id]: formatIdentity(cluster.identity) }
  const there = await find(client, CLUSTERS, name, { namespace: NAMESPACE })
  refuseOther(there, platform)
  // Whoever has paused it (clusterctl move does) wants nothing to change.
  if (there?.spec?.paused === true) return Number.POSITIVE_INFINITY
  const ours = { accept: (current: KubeObject) => refuseOther(current, platform) }
  const endpoint = observed?.endpoint
  const labels = { ...MANAGED_BY, [CLUSTER_NAME_LABEL]: name }
  const metadata = { name, namespace: NAMESPACE, labels, annotations: marks }
  const { object: controlPlane } = await apply(client, CONTROL_PLANES, controlPlaneOf(metadata, observed ?? {}), ours)
  await patchStatus(client, CONTROL_PLANES, controlPlane, controlPlaneStatus(controlPlane, platform, now))
  // What is known of the cluster is the control plane's to say; the core that looks after Clusters tells it on.
  const wanted = {
    apiVersion: 'cluster.x-k8s.io/v1beta2',
    kind: 'Cluster',
    metadata,
    spec: {
      infrastructureRef: controlPlaneReference(name),
      controlPlaneRef: controlPlaneReference(name),
      ...(endpoint !== undefined && { controlPlaneEndpoint: { host: endpoint.host, port: endpoint.port } }),
    },
  }
  await apply(client, CLUSTERS, wanted as ClusterAPICluster, ours)
  if (observed?.state !== 'ready' || endpoint === undefined || isDeleting) return Number.POSITIVE_INFINITY

  const leadsTo = `https://${endpoint.host}:${endpoint.port} ${endpoint.caFingerprint}`
  const secretName = `${name}-kubeconfig`
  const present = await find(client, SECRETS, secretName, { namespace: NAMESPACE })
  if (present !== undefined) refuseOther(present, platform)
  const lifetime = Math.min(LIFETIME, configured.provider.capabilities().accessTTL.max)
  const left = lifetimeLeft(present, leadsTo, now)
  if (left > (lifetime * 1000) / 2) return left - (lifetime * 1000) / 2
  const operation = { ownerTag: configured.ownerTag, signal }
  const access = await configured.provider.issueAccess(observed.externalID, lifetime, operation)
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secretName,
      namespace: NAMESPACE,
      labels: { ...MANAGED_BY, [CLUSTER_NAME_LABEL]: name },
      annotations: { ...marks, [ENDPOINT_ANNOTATION]: leadsTo, [EXPIRES_ANNOTATION]: access.expiresAt },
    },
    type: KUBECONFIG_TYPE,
    data: { value: Buffer.from(access.kubeconfig.reveal()).toString('base64') },
  }
  await apply(client, SECRETS, secret, ours)
  return (lifetime * 1000) / 2
}

/** Takes them away, where they are of this Platform. */
export async function withdrawPlatform(client: Client, platform: Pick<PublishedPlatform, 'cluster'>): Promise<void> {
  const { name } = platform.cluster.identity
  for (const [resource, each] of [
    [SECRETS, `${name}-kubeconfig`],
    [CLUSTERS, name],
    [CONTROL_PLANES, name],
  ] as const) {
    const present: KubeObject | undefined = await find(client, resource, each, { namespace: NAMESPACE })
    if (present === undefined || !isOf(present, platform)) continue
    const { uid = '' } = present.metadata
    await orGone(client.delete(resource, each, { namespace: NAMESPACE, preconditions: { uid } }))
  }
  // The core that looks after Clusters waits for the control plane, which was ours: nothing is left to wait for.
  const left = await find(client, CLUSTERS, name, { namespace: NAMESPACE })
  if (left !== undefined && isOf(left, platform)) await removeFinalizer(client, CLUSTERS, left, CLUSTER_FINALIZER)
}

function isOf({ metadata }: KubeObject, { cluster }: Pick<PublishedPlatform, 'cluster'>): boolean {
  return metadata.annotations?.[TAGS.id] === formatIdentity(cluster.identity)
}

function refuseOther(object: KubeObject | undefined, platform: PublishedPlatform): void {
  if (object === undefined || isOf(object, platform)) return
  const { name = '' } = object.metadata
  throw new NameTaken(
    `${object.kind} ${NAMESPACE}/${name} is there already and is not of this platform: it is left alone`,
  )
}

/** Milliseconds; none where it leads elsewhere. */
function lifetimeLeft(secret: KubeObject | undefined, leadsTo: string, now: number): number {
  const { [ENDPOINT_ANNOTATION]: endpoint, [EXPIRES_ANNOTATION]: expires = '' } = secret?.metadata.annotations ?? {}
  const until = Date.parse(expires)
  const isWhole = typeof (secret?.data as { value?: unknown } | undefined)?.value === 'string'
  return endpoint !== leadsTo || Number.isNaN(until) || !isWhole ? 0 : until - now
}
