/** One operation on a path: what it is called, takes and answers (endpoints/installer.go, kube-openapi/pkg/builder3). */
import type { GroupVersion, JsonObject } from '../../machinery/index.ts'
import type { ResourceDefinition } from '../definition.ts'
import { GROUP_VERSION_KIND, META, reference, schemaName } from './schema-names.ts'

/** What upstream calls an operation on a verb, in `x-kubernetes-action` and in its operationId, and its HTTP method. */
export const ACTIONS = {
  list: { verb: 'list', method: 'get', prefix: 'list' },
  create: { verb: 'create', method: 'post', prefix: 'create' },
  deletecollection: { verb: 'deletecollection', method: 'delete', prefix: 'delete' },
  get: { verb: 'get', method: 'get', prefix: 'read' },
  update: { verb: 'update', method: 'put', prefix: 'replace' },
  patch: { verb: 'patch', method: 'patch', prefix: 'patch' },
  delete: { verb: 'delete', method: 'delete', prefix: 'delete' },
} as const

export type Action = keyof typeof ACTIONS

const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json']
const APPLY = 'application/apply-patch+yaml'
const STRATEGIC = 'application/strategic-merge-patch+json'
const JSON_TYPE = 'application/json'
const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const YAML = 'application/yaml'
/** In which forms built-in kinds are answered, and lists of them, which may be watched. */
const ANSWERED = [JSON_TYPE, PROTOBUF, YAML]
const STREAMED = [JSON_TYPE, `${JSON_TYPE};stream=watch`, PROTOBUF, `${PROTOBUF};stream=watch`, YAML]
const CUSTOM = [JSON_TYPE, YAML]

export interface Target {
  readonly definition: ResourceDefinition
  readonly base: string
  /** What distinguishes operationIds after the kind: `ForAllNamespaces`, a subresource. */
  readonly suffix: string
  /** What distinguishes descriptions: `status of `. */
  readonly about: string
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string }
  readonly schema: string
}

/** In `x-kubernetes-action`. */
export function actionName(action: Action): string {
  return action === 'list' || action === 'deletecollection' ? action : ACTIONS[action].method
}

export function operation(target: Target, action: Action, parameters: readonly JsonObject[]): JsonObject {
  const { definition, suffix, kind, schema } = target
  const { prefix } = ACTIONS[action]
  const { group, version, names } = definition
  const result = resultOf(target, action)
  const scope = definition.namespaced && suffix !== 'ForAllNamespaces' ? 'Namespaced' : ''
  const verb = `${prefix}${ownerOf(group)}${camel(version)}${action === 'deletecollection' ? 'Collection' : ''}`
  const body = requestBody(action, definition, schema)
  return {
    tags: tagsOf(definition),
    description: described(target, action),
    operationId: `${verb}${scope}${names.kind}${suffix}`,
    ...(parameters.length > 0 && { parameters: [...parameters] }),
    ...(body !== undefined && { requestBody: body }),
    responses: responses(action, definition, result),
    'x-kubernetes-action': actionName(action),
    [GROUP_VERSION_KIND]: { group: kind.group, version: kind.version, kind: kind.kind },
  }
}

/** What is answered: what is no more is told by some kinds alone. */
function resultOf({ definition, schema }: Target, action: Action): string {
  if (action === 'list') return schemaName(definition, definition.names.listKind)
  const tellsStatus = action === 'deletecollection' || (action === 'delete' && definition.returnsDeleted !== true)
  return tellsStatus ? `${META}.Status` : schema
}

/** What ends as plurals do has none (GetArticleForNoun). */
function articleOf(kind: string): string {
  if (kind.endsWith('s') && !kind.endsWith('ss')) return ''
  return /^[AEIOU]/i.test(kind) ? 'an ' : 'a '
}

/** endpoints/installer.go */
function described({ definition: { builtIn, names }, about }: Target, action: Action): string {
  const { kind } = names
  if (action === 'list') return `list ${builtIn ? 'or watch ' : ''}objects of kind ${kind}`
  if (action === 'deletecollection') return `delete collection of ${kind}`
  if (action === 'create' || action === 'delete') return `${action} ${about}${articleOf(kind)}${kind}`
  const verb = { get: 'read', update: 'replace', patch: 'partially update' }[action]
  return `${verb} ${about}the specified ${kind}`
}

function content(types: readonly string[], schema: string): JsonObject {
  return Object.fromEntries(types.map((type) => [type, { schema: reference(schema) }]))
}

function requestBody(action: Action, { builtIn }: ResourceDefinition, schema: string): JsonObject | undefined {
  if (action === 'list' || action === 'get') return undefined
  const types = builtIn ? ['*/*'] : CUSTOM
  if (action === 'patch') {
    const patches = [...PATCH_TYPES, ...(builtIn ? [STRATEGIC] : []), APPLY]
    return { required: true, content: content(patches, `${META}.Patch`) }
  }
  if (action === 'delete') return { content: content(types, `${META}.DeleteOptions`) }
  if (action === 'deletecollection') {
    return builtIn ? { content: content(types, `${META}.DeleteOptions`) } : undefined
  }
  return { required: true, content: content(types, schema) }
}

const UNAUTHORIZED = { description: 'Unauthorized' }

function responses(action: Action, { builtIn }: ResourceDefinition, schema: string): JsonObject {
  const types = !builtIn ? CUSTOM : action === 'list' ? STREAMED : ANSWERED
  const answer = (description: string): JsonObject => ({ description, content: content(types, schema) })
  const mayCreate = action === 'create' || action === 'update' || (action === 'patch' && builtIn)
  return {
    '200': answer('OK'),
    ...(mayCreate && { '201': answer('Created') }),
    ...((action === 'create' || action === 'delete') && { '202': answer('Accepted') }),
    '401': UNAUTHORIZED,
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

/** `rbacAuthorization_v1`. */
function tagsOf({ group, version }: GroupVersion): string[] {
  const owner = ownerOf(group)
  return [`${owner.charAt(0).toLowerCase()}${owner.slice(1)}_${version}`]
}

function ownerOf(group: string): string {
  return camel(group === '' ? 'core' : group)
}

/** @param suffix of the operation's id: empty for one object */
export function watchOperation({ group, version, namespaced, names }: ResourceDefinition, suffix: string): JsonObject {
  const scope = namespaced && !suffix.endsWith('ForAllNamespaces') ? 'Namespaced' : ''
  const operationId = `watch${ownerOf(group)}${camel(version)}${scope}${names.kind}${suffix}`
  const watched = suffix === '' ? `an object of kind ${names.kind}` : `a list of ${names.kind}`
  const description = `Deprecated: watch changes to ${watched}; the parameter 'watch' of a list does the same.`
  return {
    ...getOperation(tagsOf({ group, version }), operationId, description, STREAMED, 'WatchEvent'),
    'x-kubernetes-action': suffix === '' ? 'watch' : 'watchlist',
    [GROUP_VERSION_KIND]: { group, version, kind: names.kind },
  }
}

/** Of the path of a group version itself. */
export function discoveryOperation({ group, version }: GroupVersion): JsonObject {
  const operationId = `get${ownerOf(group)}${camel(version)}APIResources`
  return getOperation(tagsOf({ group, version }), operationId, 'get available resources', ANSWERED, 'APIResourceList')
}

/** Of the path of a group. */
export function groupOperation(group: string): JsonObject {
  const owner = ownerOf(group)
  const tags = [`${owner.charAt(0).toLowerCase()}${owner.slice(1)}`]
  return getOperation(tags, `get${owner}APIGroup`, 'get information of a group', ANSWERED, 'APIGroup')
}

/** Of /api and /apis. */
export function groupsOperation(tag: string, operationId: string, kind: string): JsonObject {
  return getOperation([tag], operationId, 'get available API versions', ANSWERED, kind)
}

/** Of a path that is about no kind. */
export function documentOperation(
  tag: string,
  operationId: string,
  description: string,
  contentType: string,
  schema: JsonObject,
): JsonObject {
  const responses = { '200': { description: 'OK', content: { [contentType]: { schema } } }, '401': UNAUTHORIZED }
  return { tags: [tag], description, operationId, responses }
}

function getOperation(
  tags: string[],
  operationId: string,
  description: string,
  types: readonly string[],
  kind: string,
): JsonObject {
  const answer = { description: 'OK', content: content(types, `${META}.${kind}`) }
  return { tags, description, operationId, responses: { '200': answer, '401': UNAUTHORIZED } }
}
