/** What a Cluster tells of its control plane's progress, its workers and machines (cluster_controller_status.go). */
import { findCondition, isTrue } from '../../controller/index.ts'
import type { Condition } from '../../machinery/index.ts'
import { type Aggregation, aggregate } from './aggregate.ts'
import type { Cluster } from './cluster.ts'
import type { Said } from './conditions.ts'
import type { Referred } from './contract.ts'
import { type Descendant, type Descendants, isOwnedBy, namesOf } from './descendants.ts'

const READY = { issue: 'NotReady', unknown: 'ReadyUnknown', fine: 'Ready' }
const UP_TO_DATE = { issue: 'NotUpToDate', unknown: 'UpToDateUnknown', fine: 'UpToDate' }
const AVAILABLE = { issue: 'NotAvailable', unknown: 'AvailableUnknown', fine: 'Available' }

export function workersAvailable({ machineDeployments }: Descendants): Said {
  const type = 'WorkersAvailable'
  if (machineDeployments.length === 0) return { type, status: 'True', reason: 'NoWorkers', message: '' }
  return aggregate(machineDeployments, { type, source: 'Available', reasons: AVAILABLE })
}

/** In upstream's order. `controlPlane` counts only where it reports the condition: the contract does not ask for it. */
export function machineConditions(cluster: Cluster, all: Descendants, controlPlane: Referred | undefined): Said[] {
  const workers = all.workerMachines.filter(({ metadata }) => !isOfPool(metadata.labels))
  const machines = [
    [all.controlPlaneMachines, { type: 'ControlPlaneMachinesReady', source: 'Ready', reasons: READY }],
    [workers, { type: 'WorkerMachinesReady', source: 'Ready', reasons: READY }],
    [all.controlPlaneMachines, { type: 'ControlPlaneMachinesUpToDate', source: 'UpToDate', reasons: UP_TO_DATE }],
    [workers, { type: 'WorkerMachinesUpToDate', source: 'UpToDate', reasons: UP_TO_DATE }],
  ] as const
  const sets = all.machineSets.filter((each) => isOwnedBy(each, cluster))
  const deployments = all.machineDeployments
  return [
    ...machines.map(([objects, aggregation]) => ofMachines(objects, aggregation)),
    progress('RollingOut', deployments, controlPlane),
    progress('ScalingUp', [...deployments, ...sets], controlPlane),
    progress('ScalingDown', [...deployments, ...sets], controlPlane),
    remediating([...all.controlPlaneMachines, ...workers]),
  ]
}

function isOfPool(labels: Readonly<Record<string, string>> | undefined): boolean {
  return labels?.['cluster.x-k8s.io/pool-name'] !== undefined
}

function ofMachines(machines: readonly Descendant[], aggregation: Aggregation): Said {
  if (machines.length > 0) return aggregate(machines, aggregation)
  return { type: aggregation.type, status: 'True', reason: 'NoReplicas', message: '' }
}

function progress(type: string, objects: readonly Descendant[], controlPlane: Referred | undefined): Said {
  const conditions = (controlPlane?.object.status?.conditions ?? []) as readonly Condition[]
  const isTold = findCondition(conditions, type) !== undefined
  const all = [...(isTold && controlPlane !== undefined ? [controlPlane.object as Descendant] : []), ...objects]
  if (all.length === 0) return { type, status: 'False', reason: `Not${type}`, message: '' }
  const reasons = { issue: type, unknown: `${type}Unknown`, fine: `Not${type}` }
  return aggregate(all, { type, source: type, isNegative: true, reasons })
}

function remediating(machines: readonly Descendant[]): Said {
  const type = 'Remediating'
  const failing = machines.filter(({ status }) => isFalse(status?.conditions, 'HealthCheckSucceeded'))
  const handled = failing.filter(({ status }) => isFalse(status?.conditions, 'OwnerRemediated'))
  if (handled.length > 0) {
    const reasons = { issue: type, unknown: type, fine: type }
    return { ...aggregate(handled, { type, source: 'OwnerRemediated', reasons }), status: 'True', reason: type }
  }
  const message =
    failing.length === 0
      ? ''
      : `Machine${failing.length === 1 ? '' : 's'} ${namesOf(failing, 3)} ${failing.length === 1 ? 'is' : 'are'} not healthy (not to be remediated)`
  return { type, status: 'False', reason: 'NotRemediating', message }
}

function isFalse(conditions: readonly Condition[] = [], type: string): boolean {
  return findCondition(conditions, type) !== undefined && !isTrue(conditions, type)
}
