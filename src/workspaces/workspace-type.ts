/** WorkspaceTypes as they are served, with kcp's admission `tenancy.kcp.io/WorkspaceType` and `kcp.io/PathAnnotation`. */
import { fieldInvalid, type KubeObject, type StatusCause } from '../machinery/index.ts'
import {
  type Change,
  type OperationContext,
  type ResourceDefinition,
  ROOT_CLUSTER,
  readLogicalCluster,
} from '../server/index.ts'
import { PATH_ANNOTATION } from './api/groups.ts'
import { declareKind } from './api/kind.ts'
import { WORKSPACE_TYPE } from './api/workspace-type.ts'

/** Names that mean something else. */
const RESERVED = ['any', 'system']

function validate({ metadata }: KubeObject, { cluster }: OperationContext): StatusCause[] {
  const { name = '' } = metadata
  const isReserved = RESERVED.includes(name) || (name === 'root' && cluster !== ROOT_CLUSTER)
  return isReserved ? [fieldInvalid('metadata.name', name, 'is a reserved name')] : []
}

/** The canonical path of the workspace that it is in, whatever its writer says. */
async function setPath(change: Change, { services, cluster }: OperationContext): Promise<void> {
  if (change.type === 'delete') return
  const record = await readLogicalCluster(services.store, cluster)
  const path = record?.object.metadata.annotations?.[PATH_ANNOTATION] ?? cluster
  const { metadata } = change.object
  metadata.annotations = { ...metadata.annotations, [PATH_ANNOTATION]: path }
}

export const workspaceTypeDefinition: ResourceDefinition = declareKind(WORKSPACE_TYPE, {
  nameRule: 'DNS1123Label',
  strategy: { admit: setPath, validate },
})
