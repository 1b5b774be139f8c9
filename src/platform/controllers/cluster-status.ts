/** What an object says of its cluster: phase, facts, and Crossplane's conditions Ready and Synced. */
import type { Client } from '../../client/index.ts'
import { find, formatTime, isStatus, patchStatus, setCondition } from '../../controller/index.ts'
import type { Condition } from '../../machinery/index.ts'
import type { ObservedCluster } from '../../providers/index.ts'
import type { Convergence } from '../engine/converge.ts'
import type { Action, Step } from '../engine/decide.ts'
import { CLUSTER_RESOURCES, type ClusterKind, type ClusterObject } from './cluster-object.ts'
import type { RunStatus } from './run-request.ts'

/** crossplane-runtime's reasons (pkg/apis/common/v1/condition.go). */
type ReadyReason = 'Available' | 'Unavailable' | 'Creating' | 'Deleting'

export interface Report {
  readonly phase?: string
  readonly ready: { readonly status: Condition['status']; readonly reason: ReadyReason; readonly message: string }
  /** Empty where everything was done that could be. */
  readonly error: string
  readonly observed?: ObservedCluster
  /** The run that has ended with this. */
  readonly run?: RunStatus
}

/** Another may write between reading and writing: the facts are the same, and are put beside what it wrote. */
const ATTEMPTS = 5

/**
 * Written only where something differs but the time; of what is not known, what was known before stays. Resolves with the version
 * of the object that says so; undefined where there is none.
 */
export async function writeReport(
  client: Client,
  kind: ClusterKind,
  name: string,
  report: Report,
  now: number,
): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await writeOnce(client, kind, name, report, now)
    } catch (error) {
      if (!isStatus(error, 'Conflict') || attempt === ATTEMPTS) throw error
    }
  }
}

async function writeOnce(
  client: Client,
  kind: ClusterKind,
  name: string,
  { phase, ready, error, observed, run }: Report,
  now: number,
): Promise<string | undefined> {
  const resource = CLUSTER_RESOURCES[kind]
  const object = await find(client, resource, name)
  if (object === undefined) return undefined
  const before = object.status ?? {}
  const observedGeneration = object.metadata.generation ?? 0
  const conditions = conditionsOf(before.conditions ?? [], { ready, error }, observedGeneration, now)
  const status = {
    ...before,
    ...(phase !== undefined && { phase }),
    ...(observed !== undefined && { ...factsOf(observed), providerRef: { name: object.spec.providerRef.name } }),
    conditions,
    observedGeneration,
    ...(run !== undefined && { run }),
  }
  if (JSON.stringify(status) === JSON.stringify(before)) return object.metadata.resourceVersion
  const told = { ...status, observedAt: formatTime(now) }
  return (await patchStatus<ClusterObject>(client, resource, object, told)).metadata.resourceVersion
}

export function conditionsOf(
  before: readonly Condition[],
  { ready, error }: Pick<Report, 'ready' | 'error'>,
  observedGeneration: number,
  now: number,
): readonly Condition[] {
  const synced =
    error === ''
      ? ({ status: 'True', reason: 'ReconcileSuccess', message: '' } as const)
      : ({ status: 'False', reason: 'ReconcileError', message: error } as const)
  const withReady = setCondition<Condition>(before, { type: 'Ready', ...ready, observedGeneration }, now)
  return setCondition<Condition>(withReady, { type: 'Synced', ...synced, observedGeneration }, now)
}

function factsOf({ externalID, externalName, endpoint, spec }: ObservedCluster): Partial<ClusterObject['status']> {
  const { version } = spec
  return {
    externalID,
    externalName,
    ...(version !== undefined && { version }),
    ...(endpoint !== undefined && { endpoint }),
  }
}

/** While a step is at it, and what it says of itself. */
export function stepReport(step: Step, progress = ''): Report {
  const [phase, reason] = STEPS[step]
  const message = progress === '' ? step : `${step}: ${progress}`
  return { phase, ready: { status: 'False', reason, message }, error: '' }
}

const STEPS: Readonly<Record<Step, readonly [string, ReadyReason]>> = {
  none: ['Pending', 'Unavailable'],
  adopt: ['Provisioning', 'Creating'],
  create: ['Provisioning', 'Creating'],
  update: ['Updating', 'Unavailable'],
  repair: ['Updating', 'Unavailable'],
  start: ['Updating', 'Unavailable'],
  delete: ['Deleting', 'Deleting'],
  release: ['Deleting', 'Deleting'],
  'wait-until-gone': ['Deleting', 'Deleting'],
}

const BLOCKED: Readonly<Partial<Record<Action, string>>> = { conflict: 'Foreign', foreign: 'Foreign' }

/** `notice`: what its provider says of all its clusters. */
export function endReport({ outcome, action, message, observed }: Convergence, notice: string): Report {
  const seen = observed === undefined ? {} : { observed }
  const unavailable = { status: 'False', reason: 'Unavailable', message } as const
  switch (outcome) {
    case 'blocked':
      return { phase: BLOCKED[action] ?? 'Degraded', ready: unavailable, error: message }
    case 'unknown':
      return { ready: { ...unavailable, status: 'Unknown' }, error: message, ...seen }
    case 'failed':
    case 'timeout':
      return { phase: observed === undefined ? 'Pending' : 'Partial', ready: unavailable, error: message, ...seen }
    default:
      break
  }
  if (observed?.state !== 'ready') return { phase: 'Pending', ready: unavailable, error: '', ...seen }
  return { phase: 'Ready', ready: { status: 'True', reason: 'Available', message: notice }, error: '', ...seen }
}
