/** tenancy.kcp.io/v1alpha1 Workspace: a logical cluster's place in the tree. */
import { fieldInvalid, type KubeObject, type StatusCause } from '../../machinery/index.ts'
import type { OperationContext, ResourceDefinition } from '../../server/index.ts'
import { admitWorkspace } from '../admission.ts'
import { workspaceBirth } from '../birth.ts'
import { PHASE_LABEL, TENANCY_GROUP, WORKSPACE_FINALIZER } from './groups.ts'
import { CONDITIONS, declareKind, PATH_PATTERN, TYPE_NAME_PATTERN } from './kind.ts'

export interface WorkspaceSpec {
  type?: { name: string; path?: string }
  cluster?: string
  URL?: string
}

export function workspaceSpec(object: KubeObject): WorkspaceSpec {
  object.spec ??= {}
  return object.spec as WorkspaceSpec
}

const IMMUTABLE = ['type', 'cluster'] as const

function validateUpdate(object: KubeObject, old: KubeObject): StatusCause[] {
  const now = workspaceSpec(object)
  const before = workspaceSpec(old)
  return IMMUTABLE.flatMap((field) => {
    if (JSON.stringify(now[field]) === JSON.stringify(before[field])) return []
    return [fieldInvalid(`spec.${field}`, now[field] ?? null, `${field} is immutable`)]
  })
}

/** What the system has set stays, whoever writes. */
function prepareForUpdate(object: KubeObject, old: KubeObject, _context: OperationContext): void {
  const spec = workspaceSpec(object)
  const { URL } = workspaceSpec(old)
  if (URL !== undefined) spec.URL = URL
  labelPhase(object)
}

export function labelPhase(object: KubeObject): void {
  const { phase } = (object.status ?? {}) as { phase?: string }
  object.metadata.labels = { ...object.metadata.labels, [PHASE_LABEL]: phase ?? '' }
}

export interface WorkspaceKinds {
  readonly externalURL: () => string
  readonly logicalCluster: ResourceDefinition
}

export function workspaceDefinition({ externalURL, logicalCluster }: WorkspaceKinds): ResourceDefinition {
  return declareKind(
    {
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
            enum: ['Scheduling', 'Initializing', 'Ready', 'Unavailable', 'Inactive', 'Terminating', 'Deleting'],
          },
          initializers: { type: 'array', items: { type: 'string' } },
          terminators: { type: 'array', items: { type: 'string' } },
          conditions: CONDITIONS,
        },
      },
    },
    {
      nameRule: 'DNS1123Label',
      externalURL,
      strategy: {
        prepareForCreate: (object) => {
          delete object.status
          object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), WORKSPACE_FINALIZER])]
        },
        prepareForUpdate,
        prepareForDelete: (object) => {
          object.status = { ...(object.status as object), phase: 'Deleting' }
          labelPhase(object)
        },
        admit: admitWorkspace,
        validateUpdate,
        commit: (change, context) => workspaceBirth(change, context, logicalCluster),
      },
    },
  )
}
