/** tenancy.kcp.io/v1alpha1 Workspace: a logical cluster's place in the tree. */
import type { KubeObject } from '../../machinery/index.ts'
import { TENANCY_GROUP } from './groups.ts'
import { CONDITIONS, type DeclaredKind, PATH_PATTERN, TYPE_NAME_PATTERN } from './kind.ts'
import { PHASES } from './phase.ts'

export interface WorkspaceSpec {
  type?: { name: string; path?: string }
  cluster?: string
  URL?: string
}

export function workspaceSpec(object: KubeObject): WorkspaceSpec {
  object.spec ??= {}
  return object.spec as WorkspaceSpec
}

export const WORKSPACE: DeclaredKind = {
  group: TENANCY_GROUP,
  version: 'v1alpha1',
  kind: 'Workspace',
  plural: 'workspaces',
  shortNames: ['ws'],
  columns: [
    { name: 'Type', type: 'string', jsonPath: '.spec.type.name', description: 'Type of the workspace' },
    {
      name: 'Region',
      type: 'string',
      jsonPath: '.metadata.labels.region',
      description: 'Region this workspace is in',
    },
    {
      name: 'Phase',
      type: 'string',
      jsonPath: '.status.phase',
      description: 'The current phase (e.g. Scheduling, Initializing, Ready, Deleting)',
    },
    { name: 'URL', type: 'string', jsonPath: '.spec.URL', description: 'URL to access the logical cluster' },
  ],
  spec: {
    type: 'object',
    default: {},
    properties: {
      type: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', pattern: TYPE_NAME_PATTERN },
          path: { type: 'string', pattern: PATH_PATTERN },
        },
      },
      location: {
        type: 'object',
        properties: { selector: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
      cluster: { type: 'string' },
      URL: { type: 'string' },
    },
  },
  status: {
    type: 'object',
    default: {},
    properties: {
      phase: {
        type: 'string',
        default: 'Scheduling',
        enum: PHASES,
      },
      initializers: { type: 'array', items: { type: 'string' } },
      terminators: { type: 'array', items: { type: 'string' } },
      conditions: CONDITIONS,
    },
  },
}
