/** The record of what ClusterResourceSets have made in one cluster: a ClusterResourceSetBinding of the Cluster's name. */
import type { Client } from '../../client/index.ts'
import {
  type ControllerDefinition,
  find,
  orGone,
  ownerReference,
  type ReconcileContext,
  type Request,
  startController,
  watching,
} from '../../controller/index.ts'
import { isStatus } from '../../machinery/index.ts'
import { CLUSTERS, type Cluster } from './cluster.ts'
import { type Definitions, definitionsOf } from './definitions.ts'
import {
  ADDONS_API_VERSION,
  type ResourceBinding,
  type ResourceSet,
  type ResourceSetBinding,
  SET_BINDINGS,
  type SetBinding,
} from './resource-set.ts'

/** The binding of the Cluster, with the set among its owners. */
export async function bindingFor(client: Client, cluster: Cluster, set: ResourceSet): Promise<ResourceSetBinding> {
  const { name = '', namespace = '' } = cluster.metadata
  const owner = ownerReference(set)
  const present = await find(client, SET_BINDINGS, name, { namespace })
  if (present === undefined) {
    try {
      return await client.create(SET_BINDINGS, {
        apiVersion: ADDONS_API_VERSION,
        kind: 'ClusterResourceSetBinding',
        metadata: { name, namespace, ownerReferences: [owner] },
        spec: { clusterName: name },
      })
    } catch (error) {
      // Another set of the same cluster was there first.
      if (!isStatus(error, 'AlreadyExists')) throw error
      return bindingFor(client, cluster, set)
    }
  }
  const { ownerReferences = [], resourceVersion } = present.metadata
  if (ownerReferences.some(({ uid }) => uid === owner.uid)) return present
  const patch = { metadata: { resourceVersion, ownerReferences: [...ownerReferences, owner] } }
  return client.patch(SET_BINDINGS, name, 'merge', patch, { namespace })
}

export function recordOf({ spec }: ResourceSetBinding, { metadata }: ResourceSet): readonly ResourceBinding[] {
  return spec.bindings?.find((each) => each.clusterResourceSetName === metadata.name)?.resources ?? []
}

/** For the version that was read: a conflict with another set is tried again from the start. */
export async function writeRecord(
  client: Client,
  cluster: Cluster,
  set: ResourceSet,
  outcomes: readonly ResourceBinding[],
): Promise<void> {
  const binding = await bindingFor(client, cluster, set)
  const { name = '', namespace = '', resourceVersion } = binding.metadata
  const isNew = (each: ResourceBinding) =>
    !outcomes.some((outcome) => outcome.kind === each.kind && outcome.name === each.name)
  const resources = [...recordOf(binding, set).filter(isNew), ...outcomes]
  const own: SetBinding = { clusterResourceSetName: set.metadata.name ?? '', resources }
  const others = (binding.spec.bindings ?? []).filter((each) => each.clusterResourceSetName !== set.metadata.name)
  const patch = { metadata: { resourceVersion }, spec: { bindings: [...others, own] } }
  await client.patch(SET_BINDINGS, name, 'merge', patch, { namespace })
}

/** Takes a set that goes out of every binding; an empty one goes, too. What it has made in clusters stays. */
export async function removeBindings(client: Client, { metadata }: ResourceSet): Promise<void> {
  const { namespace = '' } = metadata
  for await (const binding of client.items(SET_BINDINGS, { namespace })) {
    const all = binding.spec.bindings ?? []
    const others = all.filter((each) => each.clusterResourceSetName !== metadata.name)
    const { name = '', uid = '', resourceVersion, ownerReferences = [] } = binding.metadata
    const owners = ownerReferences.filter((each) => each.uid !== metadata.uid)
    if (others.length === all.length && owners.length === ownerReferences.length) continue
    if (others.length === 0) {
      await orGone(client.delete(SET_BINDINGS, name, { namespace, preconditions: { uid } }))
      continue
    }
    const patch = { metadata: { resourceVersion, ownerReferences: owners }, spec: { bindings: others } }
    await client.patch(SET_BINDINGS, name, 'merge', patch, { namespace })
  }
}

/** A binding goes with its Cluster, whose object it is no dependent of (clusterresourcesetbinding_controller.go). */
export const resourceSetBindingController: ControllerDefinition = {
  name: 'cluster-api-resource-set-binding-controller',
  rules: [],
  start(environment) {
    const definitions = definitionsOf(SET_BINDINGS)
    return startController({
      ...environment,
      name: 'cluster-api-resource-set-binding-controller',
      sources: [definitions.source, watching(SET_BINDINGS), watching(CLUSTERS)],
      reconcile: (request, context) => removeOrphan(request, definitions, context),
    })
  },
}

async function removeOrphan(
  { namespace, name }: Request,
  definitions: Definitions,
  { client }: ReconcileContext,
): Promise<undefined> {
  if (!definitions.areOurs()) return
  const binding = await find(client, SET_BINDINGS, name, { namespace })
  if (binding === undefined) return
  const cluster = await find(client, CLUSTERS, binding.spec.clusterName ?? name, { namespace })
  if (cluster !== undefined && cluster.metadata.deletionTimestamp === undefined) return
  const preconditions = { uid: binding.metadata.uid ?? '' }
  await orGone(client.delete(SET_BINDINGS, name, { namespace, preconditions }))
}
