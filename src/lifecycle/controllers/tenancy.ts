/** What deletion needs to know of kcp's kinds; they are defined by the workspaces room. */
import { resourceRef } from '../../client/index.ts'
import type { ConditionLike } from '../../controller/index.ts'
import type { KubeObject } from '../../machinery/index.ts'

/** kcp's condition: `severity` only where the status is False. */
export interface TenancyCondition extends ConditionLike {
  readonly severity?: 'Info' | 'Error'
}

interface Status {
  phase?: string
  terminators?: string[]
  conditions?: TenancyCondition[]
}

export interface Workspace extends KubeObject {
  spec?: { cluster?: string }
  status?: Status
}

export interface LogicalCluster extends KubeObject {
  spec?: { owner?: { apiVersion?: string; resource?: string; name?: string; cluster?: string; uid?: string } }
  status?: Status
}

export const WORKSPACES = resourceRef<Workspace>('tenancy.kcp.io/v1alpha1', 'workspaces', { namespaced: false })
export const LOGICAL_CLUSTERS = resourceRef<LogicalCluster>('core.kcp.io/v1alpha1', 'logicalclusters', {
  namespaced: false,
})

export interface BoundResource {
  group: string
  resource: string
}

export interface APIBinding extends KubeObject {
  spec: { reference: { export: { path?: string; name: string } } }
  status?: { apiExportClusterName?: string; boundResources?: BoundResource[]; conditions?: TenancyCondition[] }
}

export const API_BINDINGS = resourceRef<APIBinding>('apis.kcp.io/v1alpha2', 'apibindings', { namespaced: false })

/** The only name of a LogicalCluster. */
export const LOGICAL_CLUSTER = 'cluster'
/** On a Workspace: its logical cluster exists. On a LogicalCluster: there is something in it. */
export const LOGICAL_CLUSTER_FINALIZER = 'core.kcp.io/logicalcluster'
export const LOGICAL_CLUSTER_DELETION_FINALIZER = 'core.kcp.io/logicalcluster-deletion'
/** The annotation under which a workspace's logical cluster is known before `spec.cluster` is. */
export const CLUSTER_OF_WORKSPACE = 'internal.tenancy.kcp.io/cluster'
export const CONTENT_DELETED = 'WorkspaceContentDeleted'
