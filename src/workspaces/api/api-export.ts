/** apis.kcp.io/v1alpha2 APIExport: the resources that a workspace offers to others, under one identity. */
import type { KubeObject } from '../../machinery/index.ts'
import { APIS_GROUP } from './groups.ts'
import { CONDITIONS, type DeclaredKind } from './kind.ts'
import { EXPORTED_CLAIMS, type ExportedPermissionClaim } from './permission-claim.ts'
import type { TenancyCondition } from './phase.ts'

export interface ExportedResource {
  readonly name: string
  readonly group: string
  /** The name of an APIResourceSchema in the same workspace. */
  readonly schema: string
  readonly storage?: { readonly crd?: object; readonly virtual?: object }
}

export interface ExportSpec {
  resources?: ExportedResource[]
  permissionClaims?: ExportedPermissionClaim[]
  identity?: { secretRef?: { namespace?: string; name?: string } }
  maximalPermissionPolicy?: { local?: object }
}

export interface ExportStatus {
  identityHash?: string
  conditions?: readonly TenancyCondition[]
}

export function exportSpec(object: KubeObject): ExportSpec {
  object.spec ??= {}
  return object.spec as ExportSpec
}

export function exportStatus(object: KubeObject): ExportStatus {
  return (object.status ?? {}) as ExportStatus
}

const REFERENCE = {
  type: 'object',
  required: ['kind', 'name'],
  properties: { apiGroup: { type: 'string' }, kind: { type: 'string' }, name: { type: 'string' } },
}

export const API_EXPORT: DeclaredKind = {
  group: APIS_GROUP,
  version: 'v1alpha2',
  kind: 'APIExport',
  plural: 'apiexports',
  columns: [],
  spec: {
    type: 'object',
    default: {},
    properties: {
      resources: {
        type: 'array',
        items: {
          type: 'object',
          required: ['name', 'schema'],
          properties: {
            name: { type: 'string', minLength: 1 },
            group: { type: 'string', default: '' },
            schema: { type: 'string', minLength: 1 },
            storage: {
              type: 'object',
              default: { crd: {} },
              properties: {
                crd: { type: 'object' },
                virtual: {
                  type: 'object',
                  required: ['identityHash', 'reference'],
                  properties: { identityHash: { type: 'string' }, reference: REFERENCE },
                },
              },
            },
          },
        },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name', 'group'],
      },
      permissionClaims: EXPORTED_CLAIMS,
      identity: {
        type: 'object',
        properties: {
          secretRef: {
            type: 'object',
            properties: { namespace: { type: 'string' }, name: { type: 'string' } },
          },
        },
      },
      maximalPermissionPolicy: { type: 'object', properties: { local: { type: 'object' } } },
    },
  },
  status: {
    type: 'object',
    properties: {
      identityHash: { type: 'string' },
      conditions: CONDITIONS,
      virtualWorkspaces: {
        type: 'array',
        items: { type: 'object', required: ['url'], properties: { url: { type: 'string' } } },
      },
    },
  },
}
