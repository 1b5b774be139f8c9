/** Conditions of a Cluster, in the words of v1beta2 (internal/controllers/cluster/cluster_controller_status.go). */
import type { Condition } from '../../machinery/index.ts'
import { type Cluster, isValid, PAUSED_ANNOTATION, type Reference } from './cluster.ts'
import { isInitialized, type Referred } from './contract.ts'

export type Said = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

/** What was found of the objects that a Cluster names. */
export interface Found {
  readonly infrastructure?: Referred
  readonly controlPlane?: Referred
}

export interface Deleting {
  readonly reason: string
  readonly message: string
}

interface Facts {
  readonly isDeleting: boolean
  /** What was reached once stays reached. */
  readonly provisioned: boolean
  readonly initialized: boolean
}

export function pausedCondition({ metadata, spec }: Cluster): Said {
  const messages = [
    ...(spec?.paused === true ? ['Cluster spec.paused is set to true'] : []),
    ...(metadata.annotations?.[PAUSED_ANNOTATION] === undefined
      ? []
      : ['Cluster has the cluster.x-k8s.io/paused annotation']),
  ]
  if (messages.length === 0) return { type: 'Paused', status: 'False', reason: 'NotPaused', message: '' }
  return { type: 'Paused', status: 'True', reason: 'Paused', message: messages.join(', ') }
}

/** In the order that upstream sets them, the summary last. */
export function conditionsOf(cluster: Cluster, found: Found, facts: Facts, deleting?: Deleting): Said[] {
  const { infrastructureRef, controlPlaneRef } = cluster.spec ?? {}
  const parts: Said[] = [deletingCondition(deleting)]
  if (infrastructureRef !== undefined) {
    parts.push(
      mirrored(
        {
          type: 'InfrastructureReady',
          source: 'Ready',
          yes: 'Ready',
          no: 'NotReady',
          field: 'status.initialization.provisioned',
        },
        { reference: infrastructureRef, referred: found.infrastructure, reached: facts.provisioned, facts },
      ),
    )
  }
  if (controlPlaneRef !== undefined) {
    parts.push(
      mirrored(
        {
          type: 'ControlPlaneAvailable',
          source: 'Available',
          yes: 'Available',
          no: 'NotAvailable',
          field: 'status.initialization.controlPlaneInitialized',
        },
        { reference: controlPlaneRef, referred: found.controlPlane, reached: facts.initialized, facts },
      ),
    )
  }
  return [...parts, initializedCondition(cluster, found, facts), summary(parts, facts)]
}

function deletingCondition(deleting: Deleting | undefined): Said {
  if (deleting === undefined) return { type: 'Deleting', status: 'False', reason: 'NotDeleting', message: '' }
  return { type: 'Deleting', status: 'True', ...deleting }
}

interface Mirror {
  readonly type: string
  /** The condition of the object that is mirrored. */
  readonly source: string
  readonly yes: string
  readonly no: string
  readonly field: string
}

interface Mirrored {
  readonly reference: Reference
  readonly referred: Referred | undefined
  readonly reached: boolean
  readonly facts: Facts
}

function mirrored({ type, source, yes, no, field }: Mirror, { reference, referred, reached, facts }: Mirrored): Said {
  const { kind } = reference
  if (referred === undefined) {
    if (!reached) return { type, status: 'False', reason: 'ObjectDoesNotExist', message: `${kind} does not exist` }
    const still = facts.isDeleting ? '' : ' while the cluster still exists'
    return { type, status: 'False', reason: 'ObjectDeleted', message: `${kind} has been deleted${still}` }
  }
  const told = referred.object.status?.conditions?.find((condition) => condition.type === source)
  if (told?.status === undefined) {
    const message = reached ? '' : `${kind} ${field} is false`
    return { type, status: reached ? 'True' : 'False', reason: reached ? yes : no, message }
  }
  // Conditions of v1beta1 have no reason while all is well.
  const fallback = told.status === 'True' ? yes : 'NoReasonReported'
  return { type, status: told.status, reason: told.reason || fallback, message: told.message ?? '' }
}

function initializedCondition({ spec = {} }: Cluster, { controlPlane }: Found, { initialized }: Facts): Said {
  const type = 'ControlPlaneInitialized'
  if (initialized) return { type, status: 'True', reason: 'Initialized', message: '' }
  const { controlPlaneRef } = spec
  if (controlPlaneRef !== undefined && controlPlane === undefined) {
    const message = `${controlPlaneRef.kind} does not exist`
    return { type, status: 'Unknown', reason: 'ObjectDoesNotExist', message }
  }
  return { type, status: 'False', reason: 'NotInitialized', message: 'Control plane not yet initialized' }
}

/** `Deleting` is the one that is bad when it is true. While deleting, what is gone already is no news. */
function summary(parts: readonly Said[], { isDeleting }: Facts): Said {
  const isGone = ({ reason }: Said) => isDeleting && (reason === 'ObjectDeleted' || reason === 'ObjectDoesNotExist')
  const bad = ({ type, status }: Said) => status === (type === 'Deleting' ? 'True' : 'False')
  const issues = parts.filter((part) => bad(part) && !isGone(part))
  const unknown = parts.filter(({ status }) => status === 'Unknown')
  const told = [...issues, ...unknown]
  const message = told.map((part) => `* ${part.type}: ${part.message === '' ? part.reason : part.message}`).join('\n')
  if (issues.length > 0) return { type: 'Available', status: 'False', reason: 'NotAvailable', message }
  if (unknown.length > 0) return { type: 'Available', status: 'Unknown', reason: 'AvailableUnknown', message }
  return { type: 'Available', status: 'True', reason: 'Available', message: '' }
}

/** Where the infrastructure brings its own control plane, it is there when the endpoint is. */
export function isControlPlaneThere({ spec = {} }: Cluster, { controlPlane }: Found, provisioned: boolean): boolean {
  if (spec.controlPlaneRef !== undefined) return controlPlane !== undefined && isInitialized(controlPlane)
  return provisioned && isValid(spec.controlPlaneEndpoint)
}
