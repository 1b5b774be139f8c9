/**
 * spec.access.publish: credentials in Secrets of the object's workspace, for Cluster API's tools and for Argo CD. They are
 * issued for as long as spec.access.ttl says and again before that ends, or when the cluster is at another endpoint.
 */
import { type Client, resourceRef } from '../../client/index.ts'
import { find, isStatus, orGone, ownerReference } from '../../controller/index.ts'
import type { KubeObject } from '../../machinery/index.ts'
import { callRefused, type ObservedCluster } from '../../providers/index.ts'
import { type ConfiguredProvider, type DesiredCluster, digestOf } from '../engine/desired.ts'
import { argoCluster } from './argo-cluster.ts'
import type { ClusterObject } from './cluster-object.ts'

interface Secret extends KubeObject {
  readonly type?: string
  readonly data?: Readonly<Record<string, string>>
}

const SECRETS = resourceRef<Secret>('v1', 'secrets', { namespaced: true })
const NAMESPACE = 'default'
/** On a Secret: until when, and of what it is. */
const EXPIRES = 'platform.keelson.dev/expires-at'
const OF = 'platform.keelson.dev/access-of'

export interface PublishOptions {
  readonly client: Client
  readonly object: ClusterObject
  readonly cluster: DesiredCluster
  readonly configured: ConfiguredProvider
  readonly observed: ObservedCluster
  readonly now: number
  readonly signal: AbortSignal
}

/** What is published where, and how a kubeconfig becomes it. */
const FORMS = {
  capiSecret: {
    nameOf: (name: string) => `${name}-kubeconfig`,
    make: (name: string, kubeconfig: string) => ({
      type: 'cluster.x-k8s.io/secret',
      labels: { 'cluster.x-k8s.io/cluster-name': name },
      data: { value: kubeconfig },
    }),
  },
  argocd: {
    nameOf: (name: string) => `${name}-argocd-cluster`,
    make: (name: string, kubeconfig: string) => ({
      type: 'Opaque',
      labels: { 'argocd.argoproj.io/secret-type': 'cluster' },
      data: argoCluster(name, kubeconfig),
    }),
  },
} as const
type Form = keyof typeof FORMS

/** Resolves with the milliseconds after which to come again; undefined where nothing is published. */
export async function publishAccess(options: PublishOptions): Promise<number | undefined> {
  const { client, object, cluster, observed, now } = options
  const { publish = {} } = object.spec.access ?? {}
  const lifetime = cluster.accessTTL * 1000
  const of = digestOf([observed.externalID, observed.endpoint, cluster.accessTTL])
  let comeAgain: number | undefined
  for (const form of Object.keys(FORMS) as Form[]) {
    if (publish[form] !== true) {
      await withdraw(client, object, form)
      continue
    }
    const present = await find(client, SECRETS, FORMS[form].nameOf(object.metadata.name ?? ''), {
      namespace: NAMESPACE,
    })
    if (present !== undefined && !isOurs(present, object)) {
      throw callRefused(`spec.access.publish.${form}: Secret ${NAMESPACE}/${present.metadata.name} is somebody else's`)
    }
    const { [EXPIRES]: expires = '', [OF]: was } = present?.metadata.annotations ?? {}
    const left = Date.parse(expires) - now
    // A third of its life is for those who read it late.
    const isGood = was === of && left > lifetime / 3
    const until = isGood ? left : Date.parse(await issue(form, present, of, options)) - now
    comeAgain = Math.min(comeAgain ?? Number.POSITIVE_INFINITY, until - lifetime / 3)
  }
  return comeAgain === undefined ? undefined : Math.max(comeAgain, 1000)
}

async function issue(form: Form, present: Secret | undefined, of: string, options: PublishOptions): Promise<string> {
  const { client, object, cluster, configured, observed, signal } = options
  const { provider, ownerTag } = configured
  const { kubeconfig, expiresAt } = await provider.issueAccess(observed.externalID, cluster.accessTTL, {
    ownerTag,
    signal,
  })
  const name = object.metadata.name ?? ''
  const { type, labels, data } = FORMS[form].make(name, kubeconfig.reveal())
  const encoded = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  )
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: FORMS[form].nameOf(name),
      namespace: NAMESPACE,
      labels,
      annotations: { [EXPIRES]: expiresAt, [OF]: of },
      ownerReferences: [ownerReference(object)],
      ...(present !== undefined && { resourceVersion: present.metadata.resourceVersion ?? '' }),
    },
    type,
    data: encoded,
  }
  if (present === undefined) await client.create(SECRETS, secret)
  else await client.update(SECRETS, secret)
  return expiresAt
}

function isOurs({ metadata }: Secret, object: ClusterObject): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid) ?? false
}

/** With the object, whether or not anybody collects garbage. */
export async function withdrawAccess(client: Client, object: ClusterObject): Promise<void> {
  for (const form of Object.keys(FORMS) as Form[]) await withdraw(client, object, form)
}

async function withdraw(client: Client, object: ClusterObject, form: Form): Promise<void> {
  const name = FORMS[form].nameOf(object.metadata.name ?? '')
  const present = await find(client, SECRETS, name, { namespace: NAMESPACE })
  if (present === undefined || !isOurs(present, object)) return
  const uid = present.metadata.uid ?? ''
  try {
    await orGone(client.delete(SECRETS, name, { namespace: NAMESPACE, preconditions: { uid } }))
  } catch (error) {
    // Another has its name by now.
    if (!isStatus(error, 'Conflict')) throw error
  }
}
