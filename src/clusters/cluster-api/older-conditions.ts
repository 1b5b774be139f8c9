/** Conditions as v1beta1 has them, in `status.deprecated.v1beta1` (util/conditions/deprecated/v1beta1). */
import { findCondition, setCondition } from '../../controller/index.ts'
import type { Cluster, OlderCondition, Reference } from './cluster.ts'
import type { Found } from './conditions.ts'
import type { Referred } from './contract.ts'

interface Reached {
  readonly isDeleting: boolean
  readonly provisioned: boolean
  readonly initialized: boolean
}

type Told = Omit<OlderCondition, 'lastTransitionTime'>

export function olderConditions(
  { spec = {}, status = {} }: Cluster,
  found: Found,
  reached: Reached,
  now: number,
): readonly OlderCondition[] {
  const before = status.deprecated?.v1beta1?.conditions ?? []
  const { isDeleting, provisioned, initialized } = reached
  const infrastructure = mirrored('InfrastructureReady', spec.infrastructureRef, found.infrastructure, {
    isReached: provisioned,
    isDeleting,
    waiting: 'WaitingForInfrastructure',
  })
  const controlPlane = mirrored('ControlPlaneReady', spec.controlPlaneRef, found.controlPlane, {
    isReached: initialized,
    isDeleting,
    waiting: 'WaitingForControlPlane',
  })
  const begun: Told = initialized
    ? { type: 'ControlPlaneInitialized', status: 'True' }
    : {
        type: 'ControlPlaneInitialized',
        status: 'False',
        severity: 'Info',
        reason: 'WaitingForControlPlaneProviderInitialized',
        message: 'Waiting for control plane provider to indicate the control plane has been initialized',
      }
  const parts = [controlPlane, infrastructure].filter((each) => each !== undefined)
  const [wrong] = parts.filter((each) => each.status === 'False')
  const summary: Told = wrong === undefined ? { type: 'Ready', status: 'True' } : { ...wrong, type: 'Ready' }
  return [summary, ...parts, begun].reduce<readonly OlderCondition[]>(
    (conditions, each) => setCondition<OlderCondition>(conditions, each, now),
    before,
  )
}

interface Fallback {
  readonly isReached: boolean
  readonly isDeleting: boolean
  readonly waiting: string
}

/** The object's own Ready, or what stands for it. */
function mirrored(
  type: string,
  reference: Reference | undefined,
  referred: Referred | undefined,
  { isReached, isDeleting, waiting }: Fallback,
): Told | undefined {
  if (reference === undefined) return type === 'InfrastructureReady' ? { type, status: 'True' } : undefined
  const info = (reason: string): Told => ({ type, status: 'False', severity: 'Info', reason })
  if (isDeleting) return info(referred === undefined ? 'Deleted' : 'Deleting')
  const conditions = (referred?.object.status?.conditions ?? []) as readonly OlderCondition[]
  const ready = findCondition(conditions, 'Ready')
  if (ready === undefined) return isReached ? { type, status: 'True' } : info(waiting)
  if (ready.status === 'True') return { type, status: 'True' }
  const { status, reason = '', message = '', severity = 'Info' } = ready
  return { type, status, severity, reason, ...(message !== '' && { message }) }
}
