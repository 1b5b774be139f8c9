/** Who may do to workspaces and logical clusters what their own admins may not. */
import type { UserInfo } from '../machinery/index.ts'

export const MASTERS = 'system:masters'

/** kcp's admission `core.kcp.io/LogicalCluster` lets these pass. */
const SYSTEM_GROUPS = [
  MASTERS,
  'system:kcp:logical-cluster-admin',
  'system:kcp:external-logical-cluster-admin',
  'system:kcp:tenancy:workspace-bootstrapper',
]

export function isSystem({ groups }: UserInfo): boolean {
  return groups.some((group) => SYSTEM_GROUPS.includes(group))
}
