/** Machines and what makes them, as far as a Cluster tells of them and waits for them (internal/controllers/cluster). */
import type { Client } from '../../client/index.ts'
import { isTrue, orGone } from '../../controller/index.ts'
import type { Condition, KubeObject } from '../../machinery/index.ts'
import { type Cluster, DESCENDANTS, NAME_LABEL, type Replicas } from './cluster.ts'
import type { Referred } from './contract.ts'

export interface Descendant extends KubeObject {
  readonly spec?: { readonly replicas?: number }
  readonly status?: {
    readonly replicas?: number
    readonly readyReplicas?: number
    readonly availableReplicas?: number
    readonly upToDateReplicas?: number
    readonly nodeRef?: { readonly name?: string }
    readonly conditions?: readonly Condition[]
  }
}

export interface Descendants {
  readonly machineDeployments: readonly Descendant[]
  readonly machineSets: readonly Descendant[]
  readonly machinePools: readonly Descendant[]
  readonly controlPlaneMachines: readonly Descendant[]
  readonly workerMachines: readonly Descendant[]
}

const CONTROL_PLANE_LABEL = 'cluster.x-k8s.io/control-plane'
const POOL_LABEL = 'cluster.x-k8s.io/pool-name'

/** Of kinds that are not served there is none. */
export async function descendantsOf(client: Client, { metadata }: Cluster): Promise<Descendants> {
  const { name = '', namespace = '' } = metadata
  const selection = { namespace, labelSelector: `${NAME_LABEL}=${name}` }
  const [machineDeployments = [], machineSets = [], machinePools = [], machines = []] = await Promise.all(
    DESCENDANTS.map(async ({ kind, resource }) => {
      const items = (await orGone(client.list(resource, selection)))?.items ?? []
      // Items of a list need not say what they are.
      return items.map((item): Descendant => ({ ...item, kind }))
    }),
  )
  const isControlPlane = (each: Descendant) => each.metadata.labels?.[CONTROL_PLANE_LABEL] !== undefined
  return {
    machineDeployments,
    machineSets,
    machinePools,
    controlPlaneMachines: machines.filter(isControlPlane),
    workerMachines: machines.filter((each) => !isControlPlane(each)),
  }
}

export function isOwnedBy({ metadata }: KubeObject, { metadata: { uid } }: Cluster): boolean {
  return (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid)
}

/** Asks the Cluster's own to go, whatever makes the others. Resolves with what is still there, in upstream's words. */
export async function endDescendants(client: Client, cluster: Cluster, all: Descendants): Promise<readonly string[]> {
  const { namespace = '' } = cluster.metadata
  for (const each of Object.values(all).flat() as Descendant[]) {
    if (!isOwnedBy(each, cluster) || each.metadata.deletionTimestamp !== undefined) continue
    const resource = DESCENDANTS.find(({ kind }) => kind === each.kind)?.resource
    if (resource !== undefined) await orGone(client.delete(resource, each.metadata.name ?? '', { namespace }))
  }
  const isManaged = cluster.spec?.controlPlaneRef !== undefined
  const groups: readonly (readonly [string, readonly Descendant[]])[] = [
    ['Control plane Machines', isManaged ? [] : all.controlPlaneMachines],
    ['MachineDeployments', all.machineDeployments],
    ['MachineSets', all.machineSets],
    ['MachinePools', all.machinePools],
    ['Worker Machines', all.workerMachines],
  ]
  return groups.flatMap(([title, objects]) => (objects.length === 0 ? [] : [`${title}: ${namesOf(objects)}`]))
}

/** util/log.StringListToString: the first five. */
export function namesOf(objects: readonly KubeObject[], limit = 5): string {
  const names = objects.map(({ metadata }) => metadata.name ?? '').sort()
  const more = names.length - limit
  return more > 0 ? `${names.slice(0, limit).join(', ')}, ... (${more} more)` : names.join(', ')
}

interface ReplicasOfContract {
  readonly spec?: { readonly replicas?: number }
  readonly status?: {
    readonly replicas?: number
    readonly readyReplicas?: number
    readonly availableReplicas?: number
    readonly upToDateReplicas?: number
    readonly updatedReplicas?: number
    readonly unavailableReplicas?: number
  }
}

/** A control plane that has no notion of replicas says none. */
export function controlPlaneReplicas(
  { spec }: Cluster,
  controlPlane: Referred | undefined,
  { controlPlaneMachines }: Descendants,
): Replicas {
  if (spec?.controlPlaneRef === undefined) return countOf(controlPlaneMachines)
  if (controlPlane === undefined) return {}
  const { spec: wanted = {}, status = {} } = controlPlane.object as unknown as ReplicasOfContract
  const isOld = controlPlane.contract === 'v1beta1'
  const desired = wanted.replicas
  const { unavailableReplicas: missing } = status
  const available = desired === undefined || missing === undefined ? undefined : Math.max(0, desired - missing)
  return defined({
    desiredReplicas: desired,
    replicas: status.replicas,
    readyReplicas: status.readyReplicas,
    availableReplicas: isOld ? available : status.availableReplicas,
    upToDateReplicas: isOld ? status.updatedReplicas : status.upToDateReplicas,
  })
}

/** MachineDeployments, and MachineSets and Machines that stand by themselves; pools are not counted upstream either. */
export function workerReplicas(cluster: Cluster, all: Descendants): Replicas {
  const sets = all.machineSets.filter((each) => isOwnedBy(each, cluster))
  const alone = all.workerMachines.filter(
    (each) => isOwnedBy(each, cluster) && each.metadata.labels?.[POOL_LABEL] === undefined,
  )
  const counts = [...all.machineDeployments, ...sets].map(({ spec, status = {} }) => ({
    desiredReplicas: spec?.replicas,
    replicas: status.replicas,
    readyReplicas: status.readyReplicas,
    availableReplicas: status.availableReplicas,
    upToDateReplicas: status.upToDateReplicas,
  }))
  const whole = [...counts, countOf(alone)]
  const sum = (field: keyof Replicas) => {
    const known = whole.flatMap((each) => each[field] ?? [])
    return known.length === 0 ? undefined : known.reduce((one, other) => one + other, 0)
  }
  return defined({
    desiredReplicas: sum('desiredReplicas'),
    replicas: sum('replicas'),
    readyReplicas: sum('readyReplicas'),
    availableReplicas: sum('availableReplicas'),
    upToDateReplicas: sum('upToDateReplicas'),
  })
}

function countOf(machines: readonly Descendant[]): Replicas {
  if (machines.length === 0) return {}
  const having = (type: string) => machines.filter(({ status }) => isTrue(status?.conditions ?? [], type)).length
  return {
    desiredReplicas: machines.length,
    replicas: machines.length,
    readyReplicas: having('Ready'),
    availableReplicas: having('Available'),
    upToDateReplicas: having('UpToDate'),
  }
}

function defined(counts: { readonly [Field in keyof Replicas]-?: number | undefined }): Replicas {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined))
}
