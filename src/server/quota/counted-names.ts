/** Under which names a ResourceQuota counts objects (apiserver/pkg/quota/v1/generic, kubernetes/pkg/quota/v1/evaluator/core). */
import type { ResourceDefinition } from '../definition.ts'

/** Names from before there was `count/`. */
const LEGACY: readonly string[] = ['configmaps', 'replicationcontrollers', 'resourcequotas', 'secrets']
/** Never counted (install.DefaultIgnoredResources). */
const IGNORED: readonly string[] = ['events', 'events.events.k8s.io']

const known = new WeakMap<ResourceDefinition, readonly string[]>()

/** None for what no quota counts. Asked with every create and deletion. */
export function countedNames(definition: ResourceDefinition): readonly string[] {
  let names = known.get(definition)
  if (names === undefined) {
    names = namesOf(definition)
    known.set(definition, names)
  }
  return names
}

function namesOf({ group, names, namespaced, hidden }: ResourceDefinition): readonly string[] {
  const resource = group === '' ? names.plural : `${names.plural}.${group}`
  if (!namespaced || hidden === true || IGNORED.includes(resource)) return []
  return LEGACY.includes(resource) ? [`count/${resource}`, resource] : [`count/${resource}`]
}
