/** The status of a Cluster: phase, conditions of both versions, counts (internal/controllers/cluster/cluster_controller_status.go). */
import { setCondition } from '../../controller/index.ts'
import type { Condition } from '../../machinery/index.ts'
import { type Cluster, type ClusterStatus, isValid } from './cluster.ts'
import { conditionsOf, isControlPlaneThere, pausedCondition, type Said, type Seen } from './conditions.ts'
import { isProvisioned, type Referred } from './contract.ts'
import { controlPlaneReplicas, workerReplicas } from './descendants.ts'
import { olderConditions } from './older-conditions.ts'

/** `now` in milliseconds since the epoch. */
export function statusOf(cluster: Cluster, seen: Seen, now: number): ClusterStatus {
  const { metadata, spec = {}, status: before = {} } = cluster
  const { found, descendants } = seen
  const { infrastructure, controlPlane } = found
  const { infrastructureProvisioned, controlPlaneInitialized } = before.initialization ?? {}
  const isDeleting = metadata.deletionTimestamp !== undefined
  const provisioned =
    infrastructureProvisioned === true ||
    spec.infrastructureRef === undefined ||
    (infrastructure !== undefined && isProvisioned(infrastructure))
  const initialized = controlPlaneInitialized === true || isControlPlaneThere(cluster, found, provisioned)
  const reached = { isDeleting, provisioned, initialized }
  const said = [pausedCondition(cluster), ...conditionsOf(cluster, seen, reached)]
  const failureDomains = infrastructure?.object.status?.failureDomains
  return {
    ...before,
    phase: phaseOf(cluster, provisioned),
    observedGeneration: metadata.generation ?? 0,
    initialization: {
      ...(provisioned && { infrastructureProvisioned: true }),
      ...(initialized && { controlPlaneInitialized: true }),
    },
    infrastructureReady: provisioned,
    controlPlaneReady: initialized,
    ...(Array.isArray(failureDomains) && { failureDomains }),
    controlPlane: controlPlaneReplicas(cluster, controlPlane, descendants),
    workers: workerReplicas(cluster, descendants),
    conditions: setAll(cluster, said, now),
    deprecated: {
      v1beta1: {
        conditions: olderConditions(cluster, found, reached, now),
        ...failureOf(infrastructure, controlPlane),
      },
    },
  }
}

/** A Cluster that is paused keeps all the rest as it was. */
export function pausedStatus(cluster: Cluster, now: number): ClusterStatus {
  return { ...cluster.status, conditions: setAll(cluster, [pausedCondition(cluster)], now) }
}

function phaseOf({ metadata, spec = {} }: Cluster, provisioned: boolean): string {
  if (metadata.deletionTimestamp !== undefined) return 'Deleting'
  if (provisioned && isValid(spec.controlPlaneEndpoint)) return 'Provisioned'
  return spec.infrastructureRef === undefined && spec.controlPlaneRef === undefined ? 'Pending' : 'Provisioning'
}

function failureOf(...all: readonly (Referred | undefined)[]): { failureReason?: string; failureMessage?: string } {
  for (const referred of all) {
    const { failureReason, failureMessage } = referred?.object.status ?? {}
    if (failureReason === undefined && failureMessage === undefined) continue
    const { apiVersion, kind, metadata } = referred?.object ?? { apiVersion: '', kind: '', metadata: {} }
    const what = `${apiVersion}, Kind=${kind} with name "${metadata.name}"`
    return {
      ...(failureReason !== undefined && { failureReason }),
      ...(failureMessage !== undefined && {
        failureMessage: `Failure detected from referenced resource ${what}: ${failureMessage}`,
      }),
    }
  }
  return {}
}

function setAll({ metadata, status }: Cluster, said: readonly Said[], now: number): readonly Condition[] {
  const observedGeneration = metadata.generation ?? 0
  return said.reduce<readonly Condition[]>(
    (conditions, each) => setCondition<Condition>(conditions, { ...each, observedGeneration }, now),
    status?.conditions ?? [],
  )
}
