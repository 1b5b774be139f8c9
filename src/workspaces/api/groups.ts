export const TENANCY_GROUP = 'tenancy.kcp.io'
export const CORE_GROUP = 'core.kcp.io'
export const APIS_GROUP = 'apis.kcp.io'

/** Annotations and labels, spelled as kcp spells them. */
export const PATH_ANNOTATION = 'kcp.io/path'
export const TYPE_ANNOTATION = 'internal.tenancy.kcp.io/type'
export const CLUSTER_NAME_ANNOTATION = 'internal.tenancy.kcp.io/cluster'
export const OWNER_ANNOTATION = 'experimental.tenancy.kcp.io/owner'
export const SHARD_ANNOTATION = 'core.kcp.io/shard'
export const REQUIRED_GROUPS_ANNOTATION = 'authorization.kcp.io/required-groups'
/** The lock that says which APIBinding holds which resource: JSON `{"<resource>.<group>": {"n": "<binding>"}}`. */
export const RESOURCE_BINDINGS_ANNOTATION = 'internal.apis.kcp.io/resource-bindings'
/** On an APIExport: its endpoint slice is somebody else's to make. */
export const SKIP_ENDPOINT_SLICE_ANNOTATION = 'apiexports.apis.kcp.io/skip-endpointslice'
/** On an APIBinding: which export it binds, hashed. */
export const EXPORT_LABEL = 'internal.apis.kcp.io/export'
/** On a LogicalCluster, followed by the hash of a type that it is of; the types of `root` that bind nothing are left out. */
export const TYPE_LABEL_PREFIX = 'type.tenancy.keelson.dev/'
export const PHASE_LABEL = 'tenancy.kcp.io/phase'

export const WORKSPACE_FINALIZER = 'core.kcp.io/logicalcluster'
export const LOGICAL_CLUSTER_FINALIZER = 'core.kcp.io/logicalcluster-deletion'

export const API_BINDING_FINALIZER = 'apis.kcp.io/apibinding-finalizer'

export const SHARD_NAME = 'root'
