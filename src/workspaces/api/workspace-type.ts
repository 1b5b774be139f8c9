/** tenancy.kcp.io/v1alpha1 WorkspaceType: what a new workspace of the type gets, and where it may be made. */
import type { JsonObject, KubeObject } from '../../machinery/index.ts'
import { TENANCY_GROUP } from './groups.ts'
import { CONDITIONS, type DeclaredKind, typeReference } from './kind.ts'

const LIMIT: JsonObject = {
  type: 'object',
  properties: {
    none: { type: 'boolean' },
    types: { type: 'array', minItems: 1, items: typeReference(['name', 'path']) },
  },
  oneOf: [{ required: ['none'] }, { required: ['types'] }],
}
const NAMED = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } }
const RULES: JsonObject = { type: 'array', items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }

export interface TypeReference {
  readonly name: string
  readonly path?: string
}

export interface TypeLimit {
  readonly none?: boolean
  readonly types?: readonly TypeReference[]
}

/** An export; without a path, of the type's own workspace. */
export interface DefaultAPIBinding {
  readonly path?: string
  readonly export: string
}

export interface WorkspaceTypeSpec {
  readonly initializer?: boolean
  readonly terminator?: boolean
  readonly extend?: { readonly with?: readonly TypeReference[] }
  readonly additionalWorkspaceLabels?: Readonly<Record<string, string>>
  readonly defaultChildWorkspaceType?: TypeReference
  readonly limitAllowedChildren?: TypeLimit
  readonly limitAllowedParents?: TypeLimit
  readonly defaultAPIBindings?: readonly DefaultAPIBinding[]
  readonly defaultAPIBindingLifecycle?: 'InitializeOnly' | 'Maintain'
}

export function workspaceTypeSpec(object: KubeObject): WorkspaceTypeSpec {
  return (object.spec ?? {}) as WorkspaceTypeSpec
}

export const WORKSPACE_TYPE: DeclaredKind = {
  group: TENANCY_GROUP,
  version: 'v1alpha1',
  kind: 'WorkspaceType',
  plural: 'workspacetypes',
  columns: [],
  spec: {
    type: 'object',
    default: {},
    properties: {
      initializer: { type: 'boolean' },
      terminator: { type: 'boolean' },
      extend: { type: 'object', properties: { with: { type: 'array', items: typeReference(['name', 'path']) } } },
      additionalWorkspaceLabels: { type: 'object', additionalProperties: { type: 'string' } },
      defaultChildWorkspaceType: { ...typeReference(['name', 'path']), default: { name: 'universal', path: 'root' } },
      limitAllowedChildren: LIMIT,
      limitAllowedParents: LIMIT,
      defaultAPIBindings: {
        type: 'array',
        items: {
          type: 'object',
          required: ['export'],
          properties: { path: { type: 'string' }, export: { type: 'string' } },
        },
      },
      defaultAPIBindingLifecycle: { type: 'string', enum: ['InitializeOnly', 'Maintain'] },
      authenticationConfigurations: { type: 'array', items: NAMED },
      initializerPermissions: RULES,
      terminatorPermissions: RULES,
    },
  },
  status: {
    type: 'object',
    default: {},
    properties: {
      virtualWorkspaces: {
        type: 'array',
        items: {
          type: 'object',
          required: ['url', 'type'],
          properties: { url: { type: 'string' }, type: { type: 'string' } },
        },
      },
      conditions: CONDITIONS,
    },
  },
}
