/** Conditions of a Cluster, in the words of v1beta2 (internal/controllers/cluster/cluster_controller_status.go). */
import { findCondition } from '../../controller/index.ts'
import type { Condition } from '../../machinery/index.ts'
import { indented } from './aggregate.ts'
import { type Cluster, isValid, PAUSED_ANNOTATION, type Reference } from './cluster.ts'
import { isInitialized, type Referred } from './contract.ts'
import type { Descendants } from './descendants.ts'
import { machineConditions, workersAvailable } from './machine-conditions.ts'
import type { Probe } from './remote-cluster.ts'

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

export interface Seen {
  readonly found: Found
  readonly descendants: Descendants
  readonly probe: Probe
  readonly deleting: Deleting | undefined
}

/** In the order that upstream sets them, the summary last. */
export function conditionsOf(cluster: Cluster, { found, descendants, probe, deleting }: Seen, facts: Facts): Said[] {
  const { infrastructureRef, controlPlaneRef } = cluster.spec ?? {}
  const parts: Said[] = [deletingCondition(deleting), ...probeCondition(cluster, probe)]
  if (infrastructureRef !== undefined) {
    const reached = { reference: infrastructureRef, referred: found.infrastructure, reached: facts.provisioned, facts }
    parts.push(mirrored(INFRASTRUCTURE_READY, reached))
  }
  if (controlPlaneRef !== undefined) {
    const reached = { reference: controlPlaneRef, referred: found.controlPlane, reached: facts.initialized, facts }
    parts.push(mirrored(CONTROL_PLANE_AVAILABLE, reached))
  }
  parts.push(workersAvailable(descendants))
  return [
    ...parts,
    initializedCondition(cluster, found, facts),
    ...machineConditions(cluster, descendants, found.controlPlane),
    summary([...parts, ...gatesOf(cluster)], facts),
  ]
}

/** Of conditions that others set on the Cluster, those that its author counts. */
function gatesOf({ spec = {}, status = {} }: Cluster): Said[] {
  return (spec.availabilityGates ?? []).map(({ conditionType: type, polarity }) => {
    const {
      status: told = 'Unknown',
      reason = 'NotYetReported',
      message = `Condition ${type} not yet reported`,
    } = findCondition(status.conditions ?? [], type) ?? {}
    const isNegative = polarity === 'Negative' && told !== 'Unknown'
    const counted = isNegative ? (told === 'True' ? 'False' : 'True') : told
    return { type, status: counted, reason, message }
  })
}

const NOT_PROBED = 'NotProbed'

/** Where nobody can be asked, what was told before is told no more. */
function probeCondition({ status }: Cluster, probe: Probe): Said[] {
  const type = 'RemoteConnectionProbe'
  if (probe.answer === 'yes') return [{ type, status: 'True', reason: 'ProbeSucceeded', message: '' }]
  if (probe.answer === 'no') return [{ type, status: 'False', reason: 'ProbeFailed', message: probe.message }]
  const before = findCondition(status?.conditions ?? [], type)
  return before === undefined ? [] : [{ type, status: 'Unknown', reason: NOT_PROBED, message: '' }]
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

const INFRASTRUCTURE_READY: Mirror = {
  type: 'InfrastructureReady',
  source: 'Ready',
  yes: 'Ready',
  no: 'NotReady',
  field: 'status.initialization.provisioned',
}

const CONTROL_PLANE_AVAILABLE: Mirror = {
  type: 'ControlPlaneAvailable',
  source: 'Available',
  yes: 'Available',
  no: 'NotAvailable',
  field: 'status.initialization.controlPlaneInitialized',
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
  const unknown = parts.filter(({ status, reason }) => status === 'Unknown' && reason !== NOT_PROBED)
  const told = [...issues, ...unknown]
  const message = told
    .map((part) => `* ${part.type}:${part.message === '' ? ` ${part.reason}` : indented(part.message)}`)
    .join('\n')
  if (issues.length > 0) return { type: 'Available', status: 'False', reason: 'NotAvailable', message }
  if (unknown.length > 0) return { type: 'Available', status: 'Unknown', reason: 'AvailableUnknown', message }
  return { type: 'Available', status: 'True', reason: 'Available', message: '' }
}

/** Where the infrastructure brings its own control plane, it is there when the endpoint is. */
export function isControlPlaneThere({ spec = {} }: Cluster, { controlPlane }: Found, provisioned: boolean): boolean {
  if (spec.controlPlaneRef !== undefined) return controlPlane !== undefined && isInitialized(controlPlane)
  return provisioned && isValid(spec.controlPlaneEndpoint)
}
