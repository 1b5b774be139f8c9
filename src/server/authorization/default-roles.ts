/**
 * Kubernetes' roles view, edit and admin take in what is labelled so. They are the shard's and the same for all workspaces;
 * what a workspace adds to them by labels of its own ClusterRoles holds in that workspace.
 */
import type { KubeObject } from '../../machinery/index.ts'
import { bootstrapRbac } from './bootstrap-policy.ts'
import { parseRules } from './policy-rule.ts'
import type { RbacIndex } from './rbac-index.ts'

const LABEL = 'rbac.authorization.k8s.io/aggregate-to-'
/** A role, and the labels whose rules come to it: admin has what edit has, and edit what view has. */
const TAKES_IN: readonly (readonly [role: string, ...labels: string[]])[] = [
  ['view', 'view'],
  ['edit', 'edit', 'view'],
  ['admin', 'admin', 'edit', 'view'],
]

/** @param clusterRoles of the logical cluster that `index` is of. */
export function withDefaultRoles(index: RbacIndex, clusterRoles: readonly KubeObject[]): RbacIndex {
  const added = TAKES_IN.flatMap(([role, ...labels]) => {
    // A workspace's own role of that name stands for itself.
    if (index.clusterRoles.has(role)) return []
    const wanted = clusterRoles.filter(({ metadata }) =>
      labels.some((label) => metadata.labels?.[LABEL + label] === 'true'),
    )
    if (wanted.length === 0) return []
    const rules = wanted.flatMap((each) => parseRules(each.rules))
    return [[role, [...(bootstrapRbac().clusterRoles.get(role) ?? []), ...rules]] as const]
  })
  return added.length === 0 ? index : { ...index, clusterRoles: new Map([...index.clusterRoles, ...added]) }
}
