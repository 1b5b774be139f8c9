/**
 * What is left to do after a change: bindings that are to look at their export again, exports that wait for their Secret,
 * workspaces that are to have the bindings of their types. A row of the change's own commit, and taken away by the controller that has done it, so that nothing is forgotten and at rest there is nothing to do.
 */
import type { KubeObject } from '../../machinery/index.ts'
import {
  encodeRow,
  LOGICAL_CLUSTER_NAME,
  type OperationContext,
  objectKey,
  type ResourceDefinition,
} from '../../server/index.ts'
import type { Operation } from '../../storage/index.ts'
import { EXPORT_LABEL } from '../api/groups.ts'
import { declareKind } from '../api/kind.ts'
import { type ExportId, otherBindings } from './binding-index.ts'
import { exportHash } from './export-hash.ts'
import { typeLabel } from './type-label.ts'

const GROUP = 'lifecycle.keelson.dev'
const VERSION = 'v1alpha1'
const TEXT = { type: 'string' }

export const followUpDefinition: ResourceDefinition = declareKind(
  {
    group: GROUP,
    version: VERSION,
    kind: 'FollowUp',
    plural: 'followups',
    columns: [],
    spec: {
      type: 'object',
      properties: { selector: TEXT, binding: TEXT, export: TEXT, workspaces: TEXT, workspace: TEXT },
    },
  },
  {
    hidden: true,
    rowPrefix: '!follow/',
    verbs: ['get', 'list', 'watch', 'delete'],
    nameRule: 'PathSegment',
    strategy: {},
  },
)

/** All bindings of an export, wherever they are. */
export async function followExport(id: ExportId, context: OperationContext): Promise<Operation[]> {
  const { any } = await otherBindings(id, '', context)
  if (!any) return []
  const selector = `${EXPORT_LABEL}=${exportHash(id.cluster, id.name)}`
  return [followUp(`export:${id.name}`, { selector }, context)]
}

/** One binding of the same logical cluster. */
export function followBinding(name: string, context: OperationContext): Operation {
  return followUp(`binding:${name}`, { binding: name }, context)
}

/** An export whose identity is to be found: its Secret is still missing. */
export function followIdentity(name: string, context: OperationContext): Operation {
  return followUp(`identity:${name}`, { export: name }, context)
}

/** This workspace: a binding that it has by its types is missing. */
export function followWorkspace(context: OperationContext): Operation {
  return followUp('workspace', { workspace: LOGICAL_CLUSTER_NAME }, context)
}

/** All workspaces of a type, and of those that extend it. */
export function followType(name: string, context: OperationContext): Operation {
  return followUp(`type:${name}`, { workspaces: typeLabel(context.cluster, name) }, context)
}

function followUp(name: string, spec: Record<string, string>, { cluster, services }: OperationContext): Operation {
  const object: KubeObject = {
    apiVersion: `${GROUP}/${VERSION}`,
    kind: 'FollowUp',
    metadata: { name, uid: services.random.uid() },
    spec,
  }
  return {
    type: 'put',
    key: objectKey(followUpDefinition, cluster, '', name),
    value: encodeRow(followUpDefinition, object),
  }
}
