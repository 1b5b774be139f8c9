/** Who may do to workspaces and logical clusters what their own admins may not. */
import type { UserInfo } from '../machinery/index.ts'

const MASTERS = 'system:masters'
const SCOPES = 'authentication.kcp.io/scopes'

/** Of the whole server: masters of one endpoint (server/endpoints) have a scope, and are no more than admins there. */
export function isMaster({ groups, extra }: UserInfo): boolean {
  return groups.includes(MASTERS) && extra?.[SCOPES] === undefined
}

/** kcp's admission `core.kcp.io/LogicalCluster` lets these pass. */
const SYSTEM_GROUPS = [
  'system:kcp:logical-cluster-admin',
  'system:kcp:external-logical-cluster-admin',
  'system:kcp:tenancy:workspace-bootstrapper',
]

export function isSystem(user: UserInfo): boolean {
  return isMaster(user) || user.groups.some((group) => SYSTEM_GROUPS.includes(group))
}
