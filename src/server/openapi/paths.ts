/** The paths of one resource and the operations on each, as kube-apiserver publishes them. */
import type { GroupVersion, JsonObject } from '../../machinery/index.ts'
import type { ResourceDefinition, Subresource, Verb } from '../definition.ts'
import { SCALE } from './kind-schemas.ts'
import { ACTIONS, type Action, actionName, discoveryOperation, operation, type Target } from './operation.ts'
import { byName, CUSTOM_PARAMETERS, PARAMETERS, PRETTY, pathParameter } from './parameters.ts'
import { META, schemaName } from './schema-names.ts'
import { watchPaths } from './watch-paths.ts'

const ON_COLLECTION: readonly Action[] = ['list', 'create', 'deletecollection']
const ON_OBJECT: readonly Action[] = ['get', 'update', 'patch', 'delete']

export function groupVersionPath(group: string, version: string): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`
}

export function resourcePaths(definition: ResourceDefinition): Record<string, JsonObject> {
  const { group, version, names, namespaced, verbs, subresources } = definition
  const root = `/${groupVersionPath(group, version)}`
  const own = { group, version, kind: names.kind }
  const collection = namespaced ? `${root}/namespaces/{namespace}/${names.plural}` : `${root}/${names.plural}`
  const target: Target = {
    definition,
    base: collection,
    suffix: '',
    about: '',
    kind: own,
    schema: schemaName(definition, names.kind),
  }
  const paths: Record<string, JsonObject> = {
    [collection]: pathItem(target, ON_COLLECTION, verbs),
    [`${collection}/{name}`]: pathItem({ ...target, base: `${collection}/{name}` }, ON_OBJECT, verbs),
  }
  if (namespaced) {
    const everywhere = { ...target, base: `${root}/${names.plural}`, suffix: 'ForAllNamespaces' }
    paths[everywhere.base] = pathItem(everywhere, ['list'], verbs)
  }
  for (const [name, subresource] of Object.entries(subresources)) {
    const base = `${collection}/{name}/${name}`
    paths[base] = pathItem(
      subresourceTarget({ ...target, base }, name, subresource),
      [...ON_OBJECT, 'create'],
      subresource.verbs,
    )
  }
  const offered = Object.entries(paths).filter(([, item]) => Object.keys(item).length > 1)
  return { ...Object.fromEntries(offered), ...watchPaths(definition, root) }
}

/** What custom resources have is theirs, whatever its kind (apiextensions-apiserver/pkg/controller/openapi/builder). */
function subresourceTarget(target: Target, name: string, { kind, submitted }: Subresource): Target {
  const suffix = `${name.charAt(0).toUpperCase()}${name.slice(1)}`
  const about = `${name} of `
  if (kind === undefined) return { ...target, suffix, about }
  const other = kind.group === 'autoscaling' ? SCALE : `${META}.Status`
  const schema = submitted === undefined ? other : schemaName(submitted, kind.kind)
  return { ...target, suffix, about, schema, ...(target.definition.builtIn && { kind }) }
}

/** What all operations of a path have in common is said once (kube-openapi/pkg/builder3). */
function pathItem(target: Target, actions: readonly Action[], verbs: readonly Verb[]): JsonObject {
  const { base, definition } = target
  const offered = actions.filter((action) => verbs.includes(ACTIONS[action].verb))
  const all = definition.builtIn ? PARAMETERS : CUSTOM_PARAMETERS
  const own = new Map(offered.map((action) => [action, all[actionName(action)] ?? []]))
  const [first = [], ...others] = own.values()
  const shared = new Set(first.filter((one) => others.every((more) => more.includes(one))))
  const operations = offered.map((action) => {
    const parameters = own.get(action)?.filter((one) => !shared.has(one)) ?? []
    return [ACTIONS[action].method, operation(target, action, parameters)] as const
  })
  const parameters = [
    ...(base.includes('{name}') ? [pathParameter('name', `name of the ${definition.names.kind}`)] : []),
    ...(base.includes('{namespace}') ? [pathParameter('namespace', 'the namespace of the object')] : []),
    PRETTY,
    ...shared,
  ]
  return { ...Object.fromEntries(operations), parameters: [...byName(parameters)] }
}

/** What a group version of built-in kinds has besides: its discovery. */
export function groupVersionPaths({ group, version }: GroupVersion): Record<string, JsonObject> {
  return { [`/${groupVersionPath(group, version)}/`]: { get: discoveryOperation({ group, version }) } }
}
