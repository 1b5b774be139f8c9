/** How far a workspace and its logical cluster have come; the label always says the same as the status. */
import type { KubeObject } from '../../machinery/index.ts'
import { PHASE_LABEL } from './groups.ts'

export const PHASES = ['Scheduling', 'Initializing', 'Ready', 'Unavailable', 'Inactive', 'Terminating', 'Deleting']

/** In the style of Cluster API: without a severity while the status is True. */
export interface TenancyCondition {
  readonly type: string
  readonly status: string
  readonly severity?: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime: string
}

/** `status` of Workspaces and LogicalClusters. */
export interface TenancyStatus {
  readonly phase?: string
  readonly initializers?: readonly string[]
  readonly terminators?: readonly string[]
  readonly conditions?: readonly TenancyCondition[]
  readonly URL?: string
}

export function tenancyStatus(object: KubeObject): TenancyStatus {
  return (object.status ?? {}) as TenancyStatus
}

export function setPhase(object: KubeObject, phase: string): void {
  object.status = { ...tenancyStatus(object), phase }
  labelPhase(object)
}

export function labelPhase(object: KubeObject): void {
  object.metadata.labels = { ...object.metadata.labels, [PHASE_LABEL]: tenancyStatus(object).phase ?? '' }
}

/** WorkspaceInitialized: False while initializers are left. */
export function initializedCondition(initializers: readonly string[], lastTransitionTime: string): TenancyCondition {
  if (initializers.length === 0) return { type: 'WorkspaceInitialized', status: 'True', lastTransitionTime }
  return {
    type: 'WorkspaceInitialized',
    status: 'False',
    severity: 'Info',
    reason: 'InitializerExists',
    lastTransitionTime,
    message: `Initializers still exist: [${initializers.join(' ')}]`,
  }
}

/** `conditions` with this one in the place of its type; its time stays while its status does. */
export function withCondition(
  conditions: readonly TenancyCondition[],
  condition: TenancyCondition,
): readonly TenancyCondition[] {
  const former = conditions.find(({ type }) => type === condition.type)
  const { lastTransitionTime } = former?.status === condition.status ? former : condition
  const now = { ...condition, lastTransitionTime }
  return former === undefined
    ? [...conditions, now]
    : conditions.map((each) => (each.type === condition.type ? now : each))
}
