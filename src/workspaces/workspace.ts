/** Workspaces as they are served. */
import type { KubeObject } from '../machinery/index.ts'
import type { Change, OperationContext, ResourceDefinition } from '../server/index.ts'
import { WORKSPACE_FINALIZER } from './api/groups.ts'
import { declareKind } from './api/kind.ts'
import { labelPhase, setPhase } from './api/phase.ts'
import { WORKSPACE } from './api/workspace.ts'
import { beginWorkspaceEnd } from './begin-end.ts'
import { workspaceBirth } from './birth.ts'
import { admitWorkspaceCreate } from './workspace-admission.ts'
import { admitWorkspaceUpdate, validateWorkspaceUpdate } from './workspace-update.ts'

export interface WorkspaceOptions {
  readonly externalURL: () => string
  readonly logicalCluster: ResourceDefinition
}

function prepareForCreate(object: KubeObject): void {
  delete object.status
  object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), WORKSPACE_FINALIZER])]
}

async function admit(change: Change, context: OperationContext): Promise<void> {
  if (change.type === 'create') await admitWorkspaceCreate(change.object, context)
  if (change.type === 'update') admitWorkspaceUpdate(change.object, change.old, context)
}

export function workspaceDefinition({ externalURL, logicalCluster }: WorkspaceOptions): ResourceDefinition {
  return declareKind(WORKSPACE, {
    nameRule: 'DNS1123Label',
    externalURL,
    strategy: {
      prepareForCreate,
      prepareForUpdate: labelPhase,
      prepareForDelete: (object) => setPhase(object, 'Deleting'),
      admit,
      validateUpdate: validateWorkspaceUpdate,
      commit: (change, context) =>
        change.type === 'update'
          ? beginWorkspaceEnd(change.object, context, logicalCluster)
          : workspaceBirth(change, context, logicalCluster),
    },
  })
}
