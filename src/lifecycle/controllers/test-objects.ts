/** For tests of this room: small objects and what is asked about them. */
import assert from 'node:assert/strict'
import { type Client, type ResourceRef, resourceRef } from '../../client/index.ts'
import { type Feature, find, ownerReference } from '../../controller/index.ts'
import type { KubeObject, ObjectMeta, OwnerReference } from '../../machinery/index.ts'
import { feature } from '../index.ts'
import { ABSENT_OWNERS, DELETIONS } from '../object-reference.ts'

export const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
export const CLUSTER_ROLES = resourceRef('rbac.authorization.k8s.io/v1', 'clusterroles', { namespaced: false })
export const NAMESPACES = resourceRef('v1', 'namespaces', { namespaced: false })
export const DEFINITIONS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
export const HOLD = 'example.com/hold'

/** The rights of the controllers, and nobody at work: a process that was killed before it did anything. */
export const ASLEEP: Feature = {
  apis: [],
  controllers: feature.controllers.map((controller) => ({ ...controller, start: () => new AsyncDisposableStack() })),
}

export function createConfigMap(client: Client, name: string, metadata: ObjectMeta = {}): Promise<KubeObject> {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ...metadata } }
  return client.create(CONFIG_MAPS, object)
}

export function ownedBy(owner: KubeObject, more: Partial<OwnerReference> = {}): OwnerReference {
  return { ...ownerReference(owner), ...more }
}

/** Undefined when it is gone. */
export function look(client: Client, name: string, resource: ResourceRef = CONFIG_MAPS, namespace = 'default') {
  return find(client, resource, name, { namespace })
}

/** Two checks, to be waited for. */
export function gone(client: Client, name: string, resource?: ResourceRef, namespace?: string): () => Promise<void> {
  return async () => assert.equal(await look(client, name, resource, namespace), undefined)
}

/** At rest the server has nothing to tell the controllers. */
export function atRest(client: Client): () => Promise<void> {
  return async () => {
    assert.deepEqual((await client.list(DELETIONS)).items, [])
    assert.deepEqual((await client.list(ABSENT_OWNERS)).items, [])
  }
}

export async function release(client: Client, name: string, resource: ResourceRef = CONFIG_MAPS): Promise<void> {
  const namespace = resource.namespaced ? { namespace: 'default' } : {}
  await client.patch(resource, name, 'merge', { metadata: { finalizers: null } }, namespace)
}

/** Defines `<plural>.example.com` and gives the resource. */
export async function createDefinition(
  client: Client,
  plural: string,
  { namespaced = true, finalizers = [] }: { namespaced?: boolean; finalizers?: string[] } = {},
): Promise<ResourceRef> {
  const kind = `${plural[0]?.toUpperCase()}${plural.slice(1, -1)}`
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  await client.create(DEFINITIONS, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com`, finalizers },
    spec: {
      group: 'example.com',
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  })
  return resourceRef('example.com/v1', plural, { namespaced })
}
