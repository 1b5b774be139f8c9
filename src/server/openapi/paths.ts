/** The paths of one resource and the operations on each, as kube-apiserver publishes them. */
import type { JsonObject } from '../../machinery/index.ts'
import type { ResourceDefinition, Subresource, Verb } from '../definition.ts'
import { GROUP_VERSION_KIND, SCALE } from './kind-schemas.ts'
import { PARAMETERS, PRETTY, pathParameter } from './parameters.ts'
import { META, reference, schemaName } from './schema-names.ts'

/** What upstream calls an operation on a verb, in `x-kubernetes-action` and in its operationId, and its HTTP method. */
const ACTIONS = {
  list: { verb: 'list', method: 'get', prefix: 'list' },
  create: { verb: 'create', method: 'post', prefix: 'create' },
  deletecollection: { verb: 'deletecollection', method: 'delete', prefix: 'delete' },
  get: { verb: 'get', method: 'get', prefix: 'read' },
  update: { verb: 'update', method: 'put', prefix: 'replace' },
  patch: { verb: 'patch', method: 'patch', prefix: 'patch' },
  delete: { verb: 'delete', method: 'delete', prefix: 'delete' },
} as const

type Action = keyof typeof ACTIONS

const ON_COLLECTION: readonly Action[] = ['list', 'create', 'deletecollection']
const ON_OBJECT: readonly Action[] = ['get', 'update', 'patch', 'delete']

const PATCH_TYPES = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json']
const STRATEGIC = 'application/strategic-merge-patch+json'

interface Target {
  readonly definition: ResourceDefinition
  readonly base: string
  /** What distinguishes operationIds after the kind: `ForAllNamespaces`, a subresource. */
  readonly suffix: string
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string }
  readonly schema: string
}

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
  return Object.fromEntries(Object.entries(paths).filter(([, item]) => Object.keys(item).length > 1))
}

function subresourceTarget(target: Target, name: string, { kind, submitted }: Subresource): Target {
  const suffix = `${name.charAt(0).toUpperCase()}${name.slice(1)}`
  if (kind === undefined) return { ...target, suffix }
  const other = kind.group === 'autoscaling' ? SCALE : `${META}.Status`
  const schema = submitted === undefined ? other : schemaName(submitted, kind.kind)
  return { ...target, suffix, kind, schema }
}

function pathItem(target: Target, actions: readonly Action[], verbs: readonly Verb[]): JsonObject {
  const { base } = target
  const operations = actions
    .filter((action) => verbs.includes(ACTIONS[action].verb))
    .map((action) => [ACTIONS[action].method, operation(target, action)] as const)
  const parameters = [
    ...(base.includes('{name}') ? [pathParameter('name', `name of the ${target.definition.names.kind}`)] : []),
    ...(base.includes('{namespace}') ? [pathParameter('namespace', 'the namespace of the object')] : []),
    PRETTY,
  ]
  return { ...Object.fromEntries(operations), parameters }
}

function operation(target: Target, action: Action): JsonObject {
  const { definition, suffix, kind, schema } = target
  const { method, prefix } = ACTIONS[action]
  const { group, version, names } = definition
  const name = action === 'list' || action === 'deletecollection' ? action : method
  const owner = `${camel(group === '' ? 'core' : group)}${camel(version)}`
  const result =
    action === 'list' ? schemaName(definition, names.listKind) : action.startsWith('delete') ? `${META}.Status` : schema
  const scope = definition.namespaced && suffix !== 'ForAllNamespaces' ? 'Namespaced' : ''
  const body = requestBody(action, definition, schema)
  return {
    tags: [`${camel(group === '' ? 'core' : group)}_${version}`],
    description: `${prefix} ${names.kind}`,
    operationId: `${prefix}${owner}${action === 'deletecollection' ? 'Collection' : ''}${scope}${names.kind}${suffix}`,
    parameters: [...(PARAMETERS[name] ?? [])],
    ...(body !== undefined && { requestBody: body }),
    responses: responses(action, result),
    'x-kubernetes-action': name,
    [GROUP_VERSION_KIND]: { group: kind.group, version: kind.version, kind: kind.kind },
  }
}

function content(types: readonly string[], schema: string): JsonObject {
  return Object.fromEntries(types.map((type) => [type, { schema: reference(schema) }]))
}

const BODY_TYPES = ['application/json', 'application/yaml']

function requestBody(action: Action, { builtIn }: ResourceDefinition, schema: string): JsonObject | undefined {
  if (action === 'list' || action === 'get') return undefined
  if (action === 'patch') {
    const types = builtIn ? [...PATCH_TYPES, STRATEGIC] : PATCH_TYPES
    return { required: true, content: content(types, `${META}.Patch`) }
  }
  if (action === 'delete' || action === 'deletecollection') {
    return { content: content(BODY_TYPES, `${META}.DeleteOptions`) }
  }
  return { required: true, content: content(BODY_TYPES, schema) }
}

function responses(action: Action, schema: string): JsonObject {
  const answer = (description: string): JsonObject => ({ description, content: content(BODY_TYPES, schema) })
  return {
    '200': answer('OK'),
    ...(action === 'create' && { '201': answer('Created'), '202': answer('Accepted') }),
    ...((action === 'update' || action === 'patch') && { '201': answer('Created') }),
    ...(action === 'delete' && { '202': answer('Accepted') }),
    '401': { description: 'Unauthorized' },
  }
}

/** `rbac.authorization.k8s.io` -> `RbacAuthorization`: k8s.io is left out, as upstream does. */
function camel(text: string): string {
  return text
    .replace(/\.k8s\.io$/, '')
    .split(/[^a-zA-Z0-9]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')
}
