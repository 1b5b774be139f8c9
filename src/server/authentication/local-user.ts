/**
 * Who came in by the endpoint of one logical cluster is known there alone: its authority signs for nobody elsewhere. kcp's
 * scopes say so wherever the user is asked about, so that `system:masters` of an endpoint is nobody in another workspace.
 */
import type { UserInfo } from '../../machinery/index.ts'
import { CLUSTER_NAME, SCOPES } from './users.ts'

export function localUser(user: UserInfo, cluster: string): UserInfo {
  // kcp's own groups are of the whole server.
  const groups = user.groups.filter((group) => !group.startsWith('system:kcp:'))
  const scopes = [...(user.extra?.[SCOPES] ?? []), `cluster:${cluster}`]
  return { ...user, groups, extra: { ...user.extra, [SCOPES]: scopes, [CLUSTER_NAME]: [cluster] } }
}

/** Whether the user came in by the logical cluster's own endpoint: there it needs no leave to enter. */
export function isLocal({ extra }: UserInfo, cluster: string): boolean {
  const homes = extra?.[CLUSTER_NAME] ?? []
  const scopes = extra?.[SCOPES] ?? []
  if (homes.length !== 1 || homes[0] !== cluster || scopes.length === 0) return false
  return scopes.every((scope) => scope.split(',').includes(`cluster:${cluster}`))
}
