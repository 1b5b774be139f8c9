/** Whoever pauses a Cluster, or the object itself, wants nothing of it to change (Cluster API's contract of InfraCluster). */
import { resourceRef } from '../../../client/index.ts'
import {
  type Client,
  clusterOf,
  find,
  formatTime,
  isStatus,
  type KubeObject,
  type Request,
} from '../../../controller/index.ts'
import { type KindCluster, type KindClusterStatus, PAUSED_ANNOTATION } from './kind-cluster.ts'

interface Owner extends KubeObject {
  readonly spec?: {
    readonly paused?: boolean
    readonly infrastructureRef?: { readonly kind?: string; readonly name?: string }
  }
}

export const CLUSTERS = resourceRef<Owner>('cluster.x-k8s.io/v1beta2', 'clusters', { namespaced: true })

/** Whoever pauses a Cluster, or goes on, means what it stands on. */
export function infrastructureOf({ metadata, spec, ...rest }: Owner): Request[] {
  const { kind, name } = spec?.infrastructureRef ?? {}
  if (kind !== 'KindCluster' || name === undefined) return []
  return [{ cluster: clusterOf({ metadata, ...rest }), namespace: metadata.namespace ?? '', name }]
}

export async function isPaused(client: Client, object: KindCluster, owner: string | undefined): Promise<boolean> {
  if (object.metadata.annotations?.[PAUSED_ANNOTATION] !== undefined) return true
  if (owner === undefined) return false
  const { namespace = '' } = object.metadata
  const cluster = await find(client, CLUSTERS, owner, { namespace }).catch((error: unknown) => {
    // Without Cluster API there are no Clusters.
    if (isStatus(error, 'NotFound')) return undefined
    throw error
  })
  return cluster?.spec?.paused === true
}

export function pausedStatus(object: KindCluster, now: number): KindClusterStatus {
  const before = object.status ?? {}
  const others = (before.conditions ?? []).filter(({ type }) => type !== 'Paused')
  const present = before.conditions?.find(({ type, status }) => type === 'Paused' && status === 'True')
  const condition = present ?? {
    type: 'Paused',
    status: 'True' as const,
    reason: 'Paused',
    message: '',
    lastTransitionTime: formatTime(now),
    observedGeneration: object.metadata.generation ?? 0,
  }
  return { phase: 'Pending' as const, ready: false, ...before, conditions: [...others, condition] }
}
