/** Schemas of one resource's kind and list, as clients look them up by group, version and kind. */
import type { JsonObject } from '../../machinery/index.ts'
import { fieldsIn } from '../builtins/untyped.ts'
import type { ResourceDefinition } from '../definition.ts'
import { API_VERSION, builtInSchema, KIND, LIST_META, OBJECT_META } from './built-in-schema.ts'
import { type Published, publishedSchema } from './custom-schema.ts'
import { GROUP_VERSION_KIND, META, reference, schemaName } from './schema-names.ts'

const CONVENTIONS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md'

/** The Scale of autoscaling/v1, which subresources of custom resources answer. */
export const SCALE = 'io.k8s.api.autoscaling.v1.Scale'

/** Every object has its type and metadata, whatever its schema says of them (builder.go: buildKubeNative). */
function objectSchema(definition: ResourceDefinition, published: Published): JsonObject {
  const { group, version, names, openAPIV3Schema } = definition
  const about = { ...selectableFields(definition), [GROUP_VERSION_KIND]: [{ group, version, kind: names.kind }] }
  const isOpen = openAPIV3Schema?.['x-kubernetes-preserve-unknown-fields'] === true
  // kubectl would take named fields for all there are.
  if (openAPIV3Schema === undefined || (isOpen && published === 'v2')) return { type: 'object', ...about }
  const source = publishedSchema(openAPIV3Schema, published)
  return {
    ...source,
    type: 'object',
    properties: {
      ...(fieldsIn(source.properties) as JsonObject),
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: { allOf: [reference(`${META}.ObjectMeta`)], description: OBJECT_META },
    },
    ...about,
  }
}

/** Of custom resources (apiextensions-apiserver/pkg/controller/openapi/builder). */
function selectableFields({ builtIn, selectableFields: paths }: ResourceDefinition): JsonObject {
  if (builtIn || paths.length === 0) return {}
  return { 'x-kubernetes-selectable-fields': paths.map((fieldPath) => ({ fieldPath })) }
}

function listSchema(definition: ResourceDefinition): JsonObject {
  const { group, version, names } = definition
  return {
    type: 'object',
    description: `${names.listKind} is a list of ${names.kind}`,
    required: ['items'],
    properties: {
      apiVersion: API_VERSION,
      items: {
        type: 'array',
        description: `List of ${names.plural}. More info: ${CONVENTIONS}`,
        items: reference(schemaName(definition, names.kind)),
      },
      kind: KIND,
      metadata: { allOf: [reference(`${META}.ListMeta`)], description: LIST_META },
    },
    ...selectableFields(definition),
    [GROUP_VERSION_KIND]: [{ group, version, kind: names.listKind }],
  }
}

/** What paths refer to, but for the types of Kubernetes. */
export function kindSchemas(definition: ResourceDefinition, published: Published): Record<string, JsonObject> {
  const { names, verbs } = definition
  const [own, list] = [schemaName(definition, names.kind), schemaName(definition, names.listKind)]
  if (builtInSchema(own) !== undefined) return {}
  return {
    [own]: objectSchema(definition, published),
    ...(verbs.includes('list') && { [list]: listSchema(definition) }),
  }
}
