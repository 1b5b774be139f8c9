import type { ClusterIntent, HostChange } from '../provider.ts'

export function hostChangesOf({ externalName, spec }: ClusterIntent): HostChange[] {
  const { controlPlane = { replicas: 1 }, pools = [] } = spec.topology ?? {}
  const numbered = (role: string, count: number): string[] =>
    Array.from({ length: count }, (_, at) => `${externalName}-${role}${at === 0 ? '' : at + 1}`)
  const workers = pools.reduce((sum, { replicas }) => sum + replicas, 0)
  const containers = [
    ...numbered('control-plane', controlPlane.replicas),
    ...numbered('worker', workers),
    ...(controlPlane.replicas > 1 ? [`${externalName}-external-load-balancer`] : []),
  ]
  const change = (kind: HostChange['kind'], what: string, undoneByDelete = true): HostChange => ({
    kind,
    what,
    needsRoot: false,
    undoneByDelete,
  })
  return [
    ...containers.map((name) => change('container', name)),
    change('port', "one of 127.0.0.1, of Docker's choice"),
    // kind shares it between all of its clusters and leaves it.
    change('network', 'kind', false),
  ]
}
