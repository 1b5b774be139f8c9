/** Names that upstream gives a meaning (apiserver/pkg/authentication/user, and kcp's authorization/bootstrap). */

export const ANONYMOUS = 'system:anonymous'
export const ALL_AUTHENTICATED = 'system:authenticated'
export const ALL_UNAUTHENTICATED = 'system:unauthenticated'
/** May do everything, everywhere; no authorizer is asked. */
export const SYSTEM_MASTERS = 'system:masters'
export const SYSTEM_MONITORING = 'system:monitoring'

/** Bound to cluster-admin in every workspace. */
export const KCP_ADMIN = 'system:kcp:admin'
export const WORKSPACE_BOOTSTRAPPER = 'system:kcp:tenancy:workspace-bootstrapper'
export const LOGICAL_CLUSTER_ADMIN = 'system:kcp:logical-cluster-admin'
export const EXTERNAL_LOGICAL_CLUSTER_ADMIN = 'system:kcp:external-logical-cluster-admin'

/** Keys of UserInfo.extra. */
export const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id'
export const CLUSTER_NAME = 'authentication.kubernetes.io/cluster-name'
export const SCOPES = 'authentication.kcp.io/scopes'
export const WARRANT = 'authorization.kcp.io/warrant'

/** kcp's marks of a request that a lifecycle virtual workspace has authorized already. */
const LIFECYCLE_PREFIXES = ['system:kcp:initializer:', 'system:kcp:terminator:']

export function isLifecycleGroup(group: string): boolean {
  return LIFECYCLE_PREFIXES.some((prefix) => group.startsWith(prefix))
}

/** No credential may carry these marks; in kcp the front-proxy drops them. */
export function withoutLifecycleGroups(groups: readonly string[]): readonly string[] {
  return groups.some(isLifecycleGroup) ? groups.filter((group) => !isLifecycleGroup(group)) : groups
}
