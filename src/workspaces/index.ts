/** The door of workspaces: the kinds that the server serves for them, and what a store holds from the start. */
import type { ResourceDefinition } from '../server/index.ts'
import { logicalEndpointDefinition } from './endpoints/logical-endpoint.ts'
import { ownedEndpointDefinition } from './endpoints/owner-index.ts'
import { apiBindingDefinition } from './exports/api-binding.ts'
import { apiExportDefinition } from './exports/api-export.ts'
import { apiExportEndpointSliceDefinition } from './exports/api-export-endpoint-slice.ts'
import { apiResourceSchemaDefinition } from './exports/api-resource-schema.ts'
import { followUpDefinition } from './exports/follow-up.ts'
import { apiBindingV1alpha1, apiExportV1alpha1 } from './exports/older-versions.ts'
import { logicalClusterDefinition } from './logical-cluster.ts'
import { workspaceDefinition } from './workspace.ts'
import { workspaceTypeDefinition } from './workspace-type.ts'

export { bootstrap } from './bootstrap.ts'
export { boundDefinitions } from './exports/bound-definitions.ts'
export { type RestoredWorkspace, restoreWorkspace } from './restore-workspace.ts'

export interface WorkspaceDefinitions {
  readonly logicalCluster: ResourceDefinition
  readonly all: readonly ResourceDefinition[]
}

/** @param externalURL `https://host:port` that clients reach this server at, without a path. */
export function workspaceDefinitions(externalURL: () => string): WorkspaceDefinitions {
  const logicalCluster = logicalClusterDefinition(externalURL)
  return {
    logicalCluster,
    all: [
      workspaceDefinition({ externalURL, logicalCluster }),
      workspaceTypeDefinition,
      logicalCluster,
      apiResourceSchemaDefinition,
      apiExportDefinition,
      apiExportV1alpha1,
      apiBindingDefinition,
      apiBindingV1alpha1,
      apiExportEndpointSliceDefinition(externalURL),
      followUpDefinition,
      logicalEndpointDefinition(logicalCluster),
      ownedEndpointDefinition,
    ],
  }
}
