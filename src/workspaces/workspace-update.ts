/** What may still change of a Workspace: the rules of kcp's schema (422), then those of its admission (403). */
import { fieldInvalid, type KubeObject, type StatusCause } from '../machinery/index.ts'
import type { OperationContext } from '../server/index.ts'
import { workspaceSpec } from './api/workspace.ts'
import { isMaster, isSystem } from './privileged.ts'
import { refuse } from './types.ts'

/** CEL's errors show the type of a value instead of the value. */
export function validateWorkspaceUpdate(object: KubeObject, old: KubeObject): StatusCause[] {
  const now = workspaceSpec(object)
  const before = workspaceSpec(old)
  const causes: StatusCause[] = []
  const refuseIf = (broken: boolean, field: string, type: string, message: string): void => {
    if (broken) causes.push(fieldInvalid(field, type, message))
  }
  refuseIf(before.URL !== undefined && now.URL === undefined, 'spec', 'object', 'URL cannot be unset')
  refuseIf(before.cluster !== undefined && now.cluster === undefined, 'spec', 'object', 'cluster cannot be unset')
  refuseIf(
    before.cluster !== undefined && now.cluster !== undefined && now.cluster !== before.cluster,
    'spec.cluster',
    'string',
    'cluster is immutable',
  )
  refuseIf(before.type?.name !== now.type?.name, 'spec.type', 'object', 'name is immutable')
  refuseIf(before.type?.path !== now.type?.path, 'spec.type', 'object', 'path is immutable')
  return causes
}

/** As kcp's validating admission it judges what is valid by itself, so that the schema's message comes first. */
export function admitWorkspaceUpdate(
  object: KubeObject,
  old: KubeObject,
  { user, name, subresource = '' }: OperationContext,
): void {
  if (subresource === 'status' && !isSystem(user)) {
    throw refuse(name, 'the status of a workspace can only be changed by the system')
  }
  if (validateWorkspaceUpdate(object, old).length > 0 || isMaster(user)) return
  if (workspaceSpec(object).URL !== workspaceSpec(old).URL) {
    throw refuse(name, 'spec.URL can only be changed by system privileged users')
  }
}
