/** Schemas of one resource's kind and list, as clients look them up by group, version and kind. */
import type { JsonObject } from '../../machinery/index.ts'
import { fieldsIn } from '../builtins/untyped.ts'
import type { ResourceDefinition } from '../definition.ts'
import { API_VERSION, KIND } from './meta-schemas.ts'
import { META, reference, schemaName } from './schema-names.ts'

export const GROUP_VERSION_KIND = 'x-kubernetes-group-version-kind'

const CONVENTIONS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md'

/** The Scale of autoscaling/v1, which subresources of custom resources answer. */
export const SCALE = 'io.k8s.api.autoscaling.v1.Scale'

const SCALE_SCHEMA: JsonObject = {
  type: 'object',
  description: 'How many instances of something there are, and should be.',
  properties: {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { allOf: [reference(`${META}.ObjectMeta`)] },
    spec: { type: 'object', properties: { replicas: { type: 'integer', format: 'int32' } } },
    status: {
      type: 'object',
      required: ['replicas'],
      properties: { replicas: { type: 'integer', format: 'int32' }, selector: { type: 'string' } },
    },
  },
  [GROUP_VERSION_KIND]: [{ group: 'autoscaling', version: 'v1', kind: 'Scale' }],
}

/** Every object has its type and metadata, whatever its schema says of them. */
function objectSchema(definition: ResourceDefinition): JsonObject {
  const { group, version, names, openAPIV3Schema } = definition
  const source = openAPIV3Schema ?? { 'x-kubernetes-preserve-unknown-fields': true }
  return {
    ...source,
    type: 'object',
    properties: {
      ...(fieldsIn(source.properties) as JsonObject),
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: { allOf: [reference(`${META}.ObjectMeta`)], description: 'Standard metadata of an object.' },
    },
    ...selectableFields(definition),
    [GROUP_VERSION_KIND]: [{ group, version, kind: names.kind }],
  }
}

/** Of custom resources (apiextensions-apiserver/pkg/controller/openapi/builder). */
function selectableFields({ builtIn, selectableFields: paths }: ResourceDefinition): JsonObject {
  if (builtIn || paths.length === 0) return {}
  return { 'x-kubernetes-selectable-fields': paths.map((fieldPath) => ({ fieldPath })) }
}

function listSchema(definition: ResourceDefinition): JsonObject {
  const { group, version, names, builtIn } = definition
  const item = reference(schemaName(definition, names.kind))
  return {
    type: 'object',
    description: `${names.listKind} is a list of ${names.kind}`,
    required: ['items'],
    properties: {
      apiVersion: API_VERSION,
      items: {
        type: 'array',
        description: `List of ${names.plural}. More info: ${CONVENTIONS}`,
        items: builtIn ? { allOf: [item], default: {} } : item,
      },
      kind: KIND,
      metadata: { allOf: [reference(`${META}.ListMeta`)], description: 'Standard metadata of a list.' },
    },
    ...selectableFields(definition),
    [GROUP_VERSION_KIND]: [{ group, version, kind: names.listKind }],
  }
}

/** Of what is sent to a subresource: TokenRequest. */
function submittedSchemas({ subresources }: ResourceDefinition): Record<string, JsonObject> {
  const all = Object.values(subresources).flatMap(({ submitted }) => submitted ?? [])
  return Object.fromEntries(all.map((one) => [schemaName(one, one.names.kind), objectSchema(one)]))
}

export function kindSchemas(definition: ResourceDefinition): Record<string, JsonObject> {
  const { names, verbs, subresources } = definition
  return {
    [schemaName(definition, names.kind)]: objectSchema(definition),
    ...(verbs.includes('list') && { [schemaName(definition, names.listKind)]: listSchema(definition) }),
    ...(subresources.scale !== undefined && { [SCALE]: SCALE_SCHEMA }),
    ...submittedSchemas(definition),
  }
}
