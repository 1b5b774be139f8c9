/** Discovery as one document: apidiscovery.k8s.io/v2 APIGroupDiscoveryList. */

import type { JsonObject } from '../../machinery/index.ts'
import type { ResourceDefinition } from '../definition.ts'
import { listedSubresources, listedVerbs } from './listed-order.ts'
import type { ServedGroup, ServedVersion } from './served-groups.ts'

export function apiGroupDiscoveryList(groups: readonly ServedGroup[]): JsonObject {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name === '' ? {} : { name },
      versions: versions.map(versionDiscovery),
    })),
  }
}

function versionDiscovery({ version, resources }: ServedVersion): JsonObject {
  return { version, resources: resources.map(resourceDiscovery), freshness: 'Current' }
}

function resourceDiscovery(definition: ResourceDefinition): JsonObject {
  const { names, namespaced } = definition
  const own = ownKind(definition)
  const nested = listedSubresources(definition).map(([name, { kind, verbs }]) => ({
    subresource: name,
    responseKind: { ...(kind ?? own) },
    verbs: verbs.toSorted(),
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

/** Of built-in kinds upstream says where they are only if it is elsewhere (endpoints/groupversion.go). */
function ownKind({ builtIn, group, version, names: { kind } }: ResourceDefinition): JsonObject {
  return builtIn ? { group: '', version: '', kind } : { group, version, kind }
}
