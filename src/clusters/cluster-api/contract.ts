/**
 * The contracts of InfraCluster and ControlPlane: what is read of objects whose kinds others bring. Which version of a kind
 * speaks which contract, labels of its definition say (docs/book/src/developer/providers/contracts of Cluster API).
 */
import { type Client, PARTIAL_METADATA, resourceRef } from '../../client/index.ts'
import { find, ownerReference } from '../../controller/index.ts'
import type { Condition, KubeObject } from '../../machinery/index.ts'
import { type Cluster, type Endpoint, NAME_LABEL, type Reference } from './cluster.ts'

interface Definition extends KubeObject {
  readonly spec?: {
    readonly versions?: readonly { readonly name: string; readonly served?: boolean; readonly storage?: boolean }[]
  }
}

export interface ContractObject extends KubeObject {
  readonly spec?: { readonly controlPlaneEndpoint?: Endpoint }
  readonly status?: {
    readonly initialization?: { readonly provisioned?: boolean; readonly controlPlaneInitialized?: boolean }
    readonly ready?: boolean
    readonly initialized?: boolean
    readonly failureDomains?: unknown
    readonly conditions?: readonly Partial<Condition>[]
    /** How a provider of the older contract says that it has given up. */
    readonly failureReason?: string
    readonly failureMessage?: string
  }
}

export type ContractVersion = 'v1beta2' | 'v1beta1'

/** An object that a Cluster names, and how it is to be read. */
export interface Referred {
  readonly object: ContractObject
  readonly contract: ContractVersion
  readonly resource: ReturnType<typeof resourceRef<ContractObject>>
}

/** Where an object that a Cluster names would be; whether it is there. */
type Looked = Omit<Referred, 'object'> & Partial<Pick<Referred, 'object'>>

const CRDS = resourceRef<Definition>('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })

export function groupOf({ apiGroup, apiVersion = '' }: Reference): string {
  return apiGroup ?? apiVersion.split('/')[0] ?? ''
}

/** Undefined where its kind is not there. */
export async function findReferred(
  client: Client,
  reference: Reference,
  namespace: string,
): Promise<Looked | undefined> {
  const group = groupOf(reference)
  const plural = pluralOf(reference.kind)
  // Definitions are large, and all but those of old providers say by labels what is needed of them.
  const labelled = await find(client, CRDS, `${plural}.${group}`, { accept: PARTIAL_METADATA })
  const spoken =
    labelled === undefined ? undefined : (versionOfLabels(labelled) ?? (await versionOfStored(client, labelled)))
  if (spoken === undefined) return undefined
  const resource = resourceRef<ContractObject>(`${group}/${spoken.version}`, plural, { namespaced: true })
  const object = await find(client, resource, reference.name, { namespace })
  return { contract: spoken.contract, resource, ...(object !== undefined && { object }) }
}

/** The name of a definition is fixed by the contract: the plural of the kind in small letters, by English rules. */
export function pluralOf(kind: string): string {
  const word = kind.toLowerCase()
  if (/(s|x|z|ch|sh)$/.test(word)) return `${word}es`
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`
}

interface Spoken {
  readonly contract: ContractVersion
  readonly version: string
}

/** `cluster.x-k8s.io/v1beta2: v1beta1_v1beta2` lists versions of the kind, the newest last. */
function versionOfLabels({ metadata }: KubeObject): Spoken | undefined {
  for (const contract of ['v1beta2', 'v1beta1'] as const) {
    const version = metadata.labels?.[`cluster.x-k8s.io/${contract}`]?.split('_').at(-1)
    if (version !== undefined && version !== '') return { contract, version }
  }
  return undefined
}

/** Where there is no label, which upstream does not put up with. */
async function versionOfStored(client: Client, { metadata }: KubeObject): Promise<Spoken | undefined> {
  const { spec = {} } = (await find(client, CRDS, metadata.name ?? '')) ?? {}
  const version = spec.versions?.find(({ storage }) => storage === true)?.name
  return version === undefined ? undefined : { contract: 'v1beta1', version }
}

export function isProvisioned({ object: { status = {} }, contract }: Referred): boolean {
  return (contract === 'v1beta2' ? status.initialization?.provisioned : status.ready) === true
}

export function isInitialized({ object: { status = {} }, contract }: Referred): boolean {
  return (contract === 'v1beta2' ? status.initialization?.controlPlaneInitialized : status.initialized) === true
}

/** Makes the object go with the Cluster and be found by its name. It is no controller's without a topology: others may be that. */
export async function claim(client: Client, { object, resource }: Referred, cluster: Cluster): Promise<void> {
  const { name = '', uid = '', namespace = '' } = cluster.metadata
  const { ownerReferences = [], labels = {}, resourceVersion } = object.metadata
  const isOwned = ownerReferences.some((each) => each.uid === uid)
  if (isOwned && labels[NAME_LABEL] === name) return
  const owners = isOwned ? ownerReferences : [...ownerReferences, ownerReference(cluster)]
  const metadata = { resourceVersion, ownerReferences: owners, labels: { [NAME_LABEL]: name } }
  await client.patch(resource, object.metadata.name ?? '', 'merge', { metadata }, { namespace })
}
