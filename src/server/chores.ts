/**
 * What controllers of built-in kinds are to look at: noted in the commit of the change that makes it necessary, removed by the
 * controller when it is done. So none of them keeps a copy of the world, and none looks at a workspace at rest.
 */
import type { Operation } from '../storage/index.ts'
import { hiddenDefinition, LIFECYCLE_API_VERSION } from './hidden-definition.ts'
import { CHORES, objectKey } from './keys.ts'
import { encodeRow } from './row.ts'

/** Named by the controller and the object. */
export const CHORES_DEFINITION = hiddenDefinition('chores', 'Chore', ['list', 'watch', 'get', 'delete'], {
  rowPrefix: CHORES,
  selectableFields: ['spec.controller'],
})

/** Noted once more, a chore gets a new version: its controller, which removes the version that it saw, looks again. */
export function chore(controller: string, cluster: string, namespace: string, object: string): Operation {
  const name = [controller, namespace, object].join(':')
  const value = encodeRow(CHORES_DEFINITION, {
    apiVersion: LIFECYCLE_API_VERSION,
    kind: 'Chore',
    metadata: { name, uid: '' },
    spec: { controller, namespace, name: object },
  })
  return { type: 'put', key: objectKey(CHORES_DEFINITION, cluster, '', name), value }
}
