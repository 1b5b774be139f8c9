export const TENANCY_GROUP = 'tenancy.kcp.io'
export const CORE_GROUP = 'core.kcp.io'

/** Annotations and labels, spelled as kcp spells them. */
export const PATH_ANNOTATION = 'kcp.io/path'
export const TYPE_ANNOTATION = 'internal.tenancy.kcp.io/type'
export const CLUSTER_NAME_ANNOTATION = 'internal.tenancy.kcp.io/cluster'
export const OWNER_ANNOTATION = 'experimental.tenancy.kcp.io/owner'
export const SHARD_ANNOTATION = 'core.kcp.io/shard'
export const REQUIRED_GROUPS_ANNOTATION = 'authorization.kcp.io/required-groups'
export const PHASE_LABEL = 'tenancy.kcp.io/phase'

export const WORKSPACE_FINALIZER = 'core.kcp.io/logicalcluster'
export const LOGICAL_CLUSTER_FINALIZER = 'core.kcp.io/logicalcluster-deletion'

export const SHARD_NAME = 'root'
