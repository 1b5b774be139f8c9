/** kind's configuration of one cluster (pkg/apis/config/v1alpha4). */
import type { ClusterSpec } from '../provider.ts'
import { ORIGIN_SOURCE, type Origin, originPath, poolOf, type Role } from './nodes.ts'

export interface Wanted {
  readonly name: string
  readonly spec: ClusterSpec
  /** Undefined: as kind has it. */
  readonly image: string | undefined
  readonly origin: Omit<Origin, 'pool'>
}

/** YAML, as JSON is. */
export function kindConfig(fields: Readonly<Record<string, unknown>>, { name, spec, image, origin }: Wanted): string {
  const { controlPlane = { replicas: 1 }, pools = [] } = spec.topology ?? {}
  const nodes = (role: Role, pool: string, replicas: number) =>
    Array.from({ length: replicas }, () => ({
      role,
      ...(image !== undefined && { image }),
      extraMounts: [
        {
          hostPath: ORIGIN_SOURCE,
          containerPath: originPath({ ...origin, pool: poolOf(role, pool) }),
          readOnly: true,
        },
      ],
      ...(role === 'worker' && { labels: { 'platform.keelson.dev/pool': pool } }),
    }))
  return JSON.stringify({
    ...fields,
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name,
    nodes: [
      ...nodes('control-plane', '', controlPlane.replicas),
      ...pools.flatMap((pool) => nodes('worker', pool.name, pool.replicas)),
    ],
  })
}
