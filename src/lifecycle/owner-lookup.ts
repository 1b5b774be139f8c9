import { type Client, groupVersionPath, type ResourceRef } from '../client/index.ts'
import {
  type GroupVersion,
  isStatus,
  type KubeObject,
  type OwnerReference,
  parseApiVersion,
} from '../machinery/index.ts'
import { findMetadata } from './read.ts'

/** What an owner reference turns out to point at. */
export type Owner =
  | { readonly type: 'present'; readonly object: KubeObject }
  | { readonly type: 'absent' }
  /** No such kind is served: whether the owner exists cannot be told. */
  | { readonly type: 'unknown' }
  /** A cluster-scoped object cannot be owned by a namespaced one; upstream's collector never touches such an object. */
  | { readonly type: 'invalid' }

export type OwnerLookup = (reference: OwnerReference, dependentNamespace: string) => Promise<Owner>

/**
 * Looks owners up by coordinates and compares UIDs, as upstream's isDangling: an owner in another namespace does not exist
 * for its dependent. Answers are kept for as long as the lookup is: one reconcile.
 */
export function createOwnerLookup(client: Client, signal: AbortSignal): OwnerLookup {
  const kinds = new Map<string, Promise<ReadonlyMap<string, ResourceRef>>>()
  const objects = new Map<string, Promise<KubeObject | undefined>>()

  const resourceOf = async ({ apiVersion, kind }: OwnerReference): Promise<ResourceRef | undefined> => {
    const groupVersion = parseApiVersion(apiVersion)
    if (groupVersion === undefined) return undefined
    return (await remember(kinds, apiVersion, () => kindsOf(client, groupVersion, signal))).get(kind)
  }

  return async (reference, dependentNamespace) => {
    const resource = await resourceOf(reference)
    if (resource === undefined) return { type: 'unknown' }
    if (resource.namespaced && dependentNamespace === '') return { type: 'invalid' }
    const namespace = resource.namespaced ? dependentNamespace : ''
    const key = `${reference.apiVersion}\n${resource.resource}\n${namespace}\n${reference.name}`
    const object = await remember(objects, key, () => findMetadata(client, resource, reference.name, namespace))
    return object?.metadata.uid === reference.uid ? { type: 'present', object } : { type: 'absent' }
  }
}

function remember<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? ask()
  known.set(key, found)
  return found
}

interface APIResourceList {
  readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[]
}

async function kindsOf(
  client: Client,
  groupVersion: GroupVersion,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ResourceRef>> {
  const kinds = new Map<string, ResourceRef>()
  try {
    const { resources = [] } = (await client.raw('GET', groupVersionPath(groupVersion), { signal })) as APIResourceList
    for (const { name, kind, namespaced } of resources) {
      if (!name.includes('/')) kinds.set(kind, { ...groupVersion, resource: name, namespaced })
    }
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error
  }
  return kinds
}
