/** apis.kcp.io/v1alpha1 APIResourceSchema: one resource as it can be exported; what a CRD says, and never changed. */
import type { JsonObject, KubeObject } from '../../machinery/index.ts'
import { APIS_GROUP } from './groups.ts'
import type { DeclaredKind } from './kind.ts'

const TEXT: JsonObject = { type: 'string' }
const TEXTS: JsonObject = { type: 'array', items: TEXT }
const ANYTHING: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

export interface ResourceSchemaVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  /** What a CRD has under `openAPIV3Schema`. */
  readonly schema?: JsonObject
}

export interface ResourceSchemaSpec {
  readonly group: string
  readonly names: {
    readonly plural: string
    readonly kind: string
    readonly singular: string
    readonly listKind: string
  }
  readonly scope: string
  readonly versions: readonly ResourceSchemaVersion[]
  readonly conversion?: JsonObject
  readonly nameValidation?: string
}

export function resourceSchemaSpec(object: KubeObject): ResourceSchemaSpec {
  return (object.spec ?? {}) as ResourceSchemaSpec
}

const VERSION: JsonObject = {
  type: 'object',
  required: ['name', 'schema', 'served', 'storage'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 63, pattern: '^v[1-9][0-9]*([a-z]+[1-9][0-9]*)?$' },
    served: { type: 'boolean', default: true },
    storage: { type: 'boolean' },
    deprecated: { type: 'boolean' },
    deprecationWarning: TEXT,
    schema: ANYTHING,
    subresources: {
      type: 'object',
      default: {},
      properties: { status: ANYTHING, scale: ANYTHING },
    },
    additionalPrinterColumns: {
      type: 'array',
      items: {
        type: 'object',
        required: ['jsonPath', 'name', 'type'],
        properties: {
          name: TEXT,
          type: TEXT,
          format: TEXT,
          description: TEXT,
          jsonPath: TEXT,
          priority: { type: 'integer', format: 'int32' },
        },
      },
    },
    selectableFields: {
      type: 'array',
      maxItems: 8,
      items: { type: 'object', required: ['jsonPath'], properties: { jsonPath: TEXT } },
    },
  },
}

export const API_RESOURCE_SCHEMA: DeclaredKind = {
  group: APIS_GROUP,
  version: 'v1alpha1',
  kind: 'APIResourceSchema',
  plural: 'apiresourceschemas',
  columns: [],
  spec: {
    type: 'object',
    required: ['group', 'names', 'scope', 'versions'],
    properties: {
      group: TEXT,
      names: {
        type: 'object',
        required: ['kind', 'listKind', 'plural', 'singular'],
        properties: {
          plural: { type: 'string', minLength: 1 },
          singular: { type: 'string', minLength: 1 },
          kind: { type: 'string', minLength: 1 },
          listKind: { type: 'string', minLength: 1 },
          shortNames: TEXTS,
          categories: TEXTS,
        },
      },
      scope: { type: 'string', enum: ['Cluster', 'Namespaced'] },
      versions: {
        type: 'array',
        minItems: 1,
        items: VERSION,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      },
      nameValidation: {
        type: 'string',
        enum: ['DNS1123Subdomain', 'PathSegmentName'],
        default: 'DNS1123Subdomain',
      },
      conversion: {
        type: 'object',
        required: ['strategy'],
        properties: {
          strategy: { type: 'string', enum: ['None', 'Webhook'] },
          webhook: {
            type: 'object',
            properties: {
              clientConfig: {
                type: 'object',
                properties: { url: TEXT, caBundle: { type: 'string', format: 'byte' } },
              },
              conversionReviewVersions: TEXTS,
            },
          },
        },
      },
    },
  },
}
