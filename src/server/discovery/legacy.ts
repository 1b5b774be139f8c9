/** Discovery as one document a group and version: APIVersions, APIGroupList, APIGroup, APIResourceList. */
import { createHash } from 'node:crypto'
import { formatApiVersion, type JsonObject } from '../../machinery/index.ts'
import type { ResourceDefinition } from '../definition.ts'
import { listedSubresources, listedVerbs } from './listed-order.ts'
import type { ServedGroup, ServedVersion } from './served-groups.ts'

/** Core's versions. There is one address, whatever network the client is in: the one that it used. */
export function apiVersions(core: ServedGroup | undefined): JsonObject {
  return {
    kind: 'APIVersions',
    versions: core?.versions.map(({ version }) => version) ?? [],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '' }],
  }
}

function groupFields({ name, versions }: ServedGroup): JsonObject {
  const listed = versions.map(({ group, version }) => ({ groupVersion: formatApiVersion({ group, version }), version }))
  return { name, versions: listed, preferredVersion: listed[0] ?? null }
}

export function apiGroup(group: ServedGroup): JsonObject {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupFields(group) }
}

export function apiGroupList(groups: readonly ServedGroup[]): JsonObject {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupFields) }
}

/** Core's list has no apiVersion, as upstream's. */
export function apiResourceList({ group, version, resources }: ServedVersion): JsonObject {
  return {
    kind: 'APIResourceList',
    ...(group !== '' && { apiVersion: 'v1' }),
    groupVersion: formatApiVersion({ group, version }),
    resources: resources.flatMap(apiResources),
  }
}

function apiResources(definition: ResourceDefinition): JsonObject[] {
  const { names, namespaced, verbs } = definition
  const resource: JsonObject = {
    name: names.plural,
    singularName: names.singular,
    namespaced,
    kind: names.kind,
    verbs: listedVerbs(definition),
    ...(names.shortNames.length > 0 && { shortNames: [...names.shortNames] }),
    ...(names.categories.length > 0 && { categories: [...names.categories] }),
    ...(verbs.includes('list') && { storageVersionHash: storageVersionHash(definition) }),
  }
  const nested = listedSubresources(definition).map(
    ([name, { kind, verbs: some }]): JsonObject => ({
      name: `${names.plural}/${name}`,
      singularName: '',
      namespaced,
      ...(kind !== undefined && { group: kind.group, version: kind.version }),
      kind: kind?.kind ?? names.kind,
      verbs: some.toSorted(),
    }),
  )
  return [resource, ...nested]
}

/** apiserver/pkg/endpoints/discovery/storageversionhash.go */
function storageVersionHash(definition: ResourceDefinition): string {
  const { group, storageVersion, names } = definition.storedForm?.definition ?? definition
  const hash = createHash('sha256').update(`${group}/${storageVersion}/${names.kind}`).digest()
  return hash.toString('base64', 0, 8)
}
