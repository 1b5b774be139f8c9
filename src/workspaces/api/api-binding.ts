/** apis.kcp.io/v1alpha2 APIBinding: the resources of an export, in the workspace that the binding is in. */
import type { KubeObject } from '../../machinery/index.ts'
import { APIS_GROUP } from './groups.ts'
import { AGE, CONDITIONS, type DeclaredKind, PATH_PATTERN } from './kind.ts'
import {
  ACCEPTABLE_CLAIMS,
  type AcceptablePermissionClaim,
  type PermissionClaim,
  REPORTED_CLAIMS,
} from './permission-claim.ts'
import type { TenancyCondition } from './phase.ts'

export interface ExportReference {
  /** Of the export's workspace, or its logical cluster's name; absent: the binding's own. */
  readonly path?: string
  readonly name: string
}

export interface BoundResource {
  readonly group: string
  readonly resource: string
  readonly schema: { readonly name: string; readonly UID: string; readonly identityHash: string }
  readonly storageVersions: readonly string[]
}

export interface BindingSpec {
  readonly reference: { readonly export?: ExportReference }
  readonly permissionClaims?: readonly AcceptablePermissionClaim[]
}

export interface BindingStatus {
  phase?: 'Binding' | 'Bound'
  apiExportClusterName?: string
  boundResources?: readonly BoundResource[]
  exportPermissionClaims?: readonly PermissionClaim[]
  appliedPermissionClaims?: readonly AcceptablePermissionClaim[]
  conditions?: readonly TenancyCondition[]
}

/** Undefined while nothing has vouched for the shape. */
export function exportReference(object: KubeObject): ExportReference | undefined {
  const spec = object.spec as { reference?: { export?: Partial<ExportReference> } } | undefined
  const found = spec?.reference?.export
  return typeof found?.name === 'string' ? (found as ExportReference) : undefined
}

export function bindingSpec(object: KubeObject): BindingSpec {
  return (object.spec ?? { reference: {} }) as unknown as BindingSpec
}

export function bindingStatus(object: KubeObject): BindingStatus {
  return (object.status ?? {}) as BindingStatus
}

export const API_BINDING: DeclaredKind = {
  group: APIS_GROUP,
  version: 'v1alpha2',
  kind: 'APIBinding',
  plural: 'apibindings',
  columns: [
    AGE,
    {
      name: 'Ready',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
      priority: 1,
    },
  ],
  spec: {
    type: 'object',
    required: ['reference'],
    properties: {
      reference: {
        type: 'object',
        properties: {
          export: {
            type: 'object',
            required: ['name'],
            properties: {
              path: { type: 'string', pattern: PATH_PATTERN },
              name: { type: 'string', minLength: 1 },
            },
          },
        },
      },
      permissionClaims: ACCEPTABLE_CLAIMS,
    },
  },
  status: {
    type: 'object',
    properties: {
      phase: { type: 'string', enum: ['', 'Binding', 'Bound'] },
      apiExportClusterName: { type: 'string' },
      boundResources: {
        type: 'array',
        items: {
          type: 'object',
          required: ['group', 'resource', 'schema'],
          properties: {
            group: { type: 'string' },
            resource: { type: 'string' },
            schema: {
              type: 'object',
              required: ['UID', 'identityHash', 'name'],
              properties: {
                name: { type: 'string' },
                UID: { type: 'string' },
                identityHash: { type: 'string' },
              },
            },
            storageVersions: { type: 'array', items: { type: 'string' } },
          },
        },
      },
      exportPermissionClaims: REPORTED_CLAIMS,
      appliedPermissionClaims: REPORTED_CLAIMS,
      conditions: CONDITIONS,
    },
  },
}
