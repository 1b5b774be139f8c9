/** Discovery as one document: apidiscovery.k8s.io APIGroupDiscoveryList, of which v2 and v2beta1 say the same. */

import type { JsonObject } from '../../machinery/index.ts'
import type { ResourceDefinition } from '../definition.ts'
import { listedVerbs } from './listed-verbs.ts'
import type { ServedGroup, ServedVersion } from './served-groups.ts'

export type AggregatedVersion = 'v2' | 'v2beta1'

export function apiGroupDiscoveryList(groups: readonly ServedGroup[], version: AggregatedVersion): JsonObject {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name === '' ? { creationTimestamp: null } : { name, creationTimestamp: null },
      versions: versions.map(versionDiscovery),
    })),
  }
}

function versionDiscovery({ version, resources }: ServedVersion): JsonObject {
  return { version, resources: resources.map(resourceDiscovery), freshness: 'Current' }
}

function resourceDiscovery(definition: ResourceDefinition): JsonObject {
  const { group, version, names, namespaced, subresources } = definition
  const own = { group, version, kind: names.kind }
  const nested = Object.keys(subresources)
    .toSorted()
    .map((name) => ({
      subresource: name,
      responseKind: { ...(subresources[name]?.kind ?? own) },
      verbs: subresources[name]?.verbs.toSorted() ?? [],
    }))
  return {
    resource: names.plural,
    responseKind: own,
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: names.singular,
    verbs: listedVerbs(definition),
    ...(names.shortNames.length > 0 && { shortNames: [...names.shortNames] }),
    ...(names.categories.length > 0 && { categories: [...names.categories] }),
    ...(nested.length > 0 && { subresources: nested }),
  }
}
