/** APIExports as they are served, with kcp's admission `apis.kcp.io/APIExport` and `kcp.io/PathAnnotation`. */
import { isDeepStrictEqual } from 'node:util'
import { fieldForbidden, fieldInvalid, type KubeObject, type StatusCause } from '../../machinery/index.ts'
import type { Change, CommitPart, OperationContext, ResourceDefinition } from '../../server/index.ts'
import type { Operation } from '../../storage/index.ts'
import { API_EXPORT, exportSpec, exportStatus } from '../api/api-export.ts'
import { PATH_ANNOTATION } from '../api/groups.ts'
import { declareKind } from '../api/kind.ts'
import { type ExportId, identityPrefix, indexed, indexKey } from './binding-index.ts'
import { isClaimable } from './claimable.ts'
import { conditionsFrom } from './conditions.ts'
import { firstEndpointSlice } from './export-endpoint-slice.ts'
import { pathOf } from './find-export.ts'
import { followExport, followIdentity } from './follow-up.ts'
import { identityRows, SYSTEM_NAMESPACE, setIdentity } from './identity.ts'
import { refuse, refuseFields } from './refuse.ts'

const RESOURCE = 'apiexports'

async function admit(change: Change, context: OperationContext): Promise<void> {
  if (change.type === 'delete') return
  const { object } = change
  const name = object.metadata.name ?? ''
  await setPath(object, context)
  const causes = [...resourceCauses(object), ...claimCauses(object)]
  if (causes.length > 0) throw refuseFields(RESOURCE, name, causes)
  const before = change.type === 'update' ? change.old : undefined
  const spec = exportSpec(object)
  spec.identity ??= { secretRef: { namespace: SYSTEM_NAMESPACE, name } }
  const conditions = conditionsFrom(exportStatus(before ?? object).conditions, context.services.now())
  const identityHash = await setIdentity(change, context, conditions)
  object.status = {
    ...(before?.status as object | undefined),
    ...(identityHash !== '' && { identityHash }),
    conditions: conditions.list(),
  } as KubeObject['status']
}

async function setPath(object: KubeObject, context: OperationContext): Promise<void> {
  const path = await pathOf(context)
  const { annotations = {}, name = '' } = object.metadata
  const given = annotations[PATH_ANNOTATION]
  if (given !== undefined && given !== path)
    throw refuse(RESOURCE, name, `annotation "${PATH_ANNOTATION}" must match canonical path "${path}"`)
  object.metadata.annotations = { ...annotations, [PATH_ANNOTATION]: path }
}

function resourceCauses(object: KubeObject): StatusCause[] {
  const { resources = [] } = exportSpec(object)
  return listOf(resources).flatMap(({ name, group, schema, storage }, index) => {
    const at = `spec.resources[${index}]`
    const end = `.${name}.${group === '' || group === undefined ? 'core' : group}`
    return [
      ...(typeof schema === 'string' && !schema.endsWith(end)
        ? [fieldInvalid(`${at}.schema`, schema, `must end in ${end}`)]
        : []),
      ...(storage?.virtual === undefined
        ? []
        : [fieldForbidden(`${at}.storage.virtual`, 'virtual storage is not served here: use crd')]),
    ]
  })
}

function claimCauses(object: KubeObject): StatusCause[] {
  const { permissionClaims = [] } = exportSpec(object)
  return listOf(permissionClaims).flatMap((claim, index) =>
    isClaimable(claim)
      ? []
      : [
          fieldInvalid(
            `spec.permissionClaims[${index}].identityHash`,
            claim.identityHash ?? '',
            'identityHash is required for API types that are not built-in',
          ),
        ],
  )
}

/** Hooks run before the schema has vouched for the shape. */
function listOf<T>(value: readonly T[]): readonly T[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : []
}

async function commit(change: Change, context: OperationContext): Promise<CommitPart> {
  const object = change.type === 'delete' ? change.old : change.object
  const isSame =
    change.type === 'update' &&
    isDeepStrictEqual(object.spec, change.old.spec) &&
    exportStatus(object).identityHash === exportStatus(change.old).identityHash
  const id = { cluster: context.cluster, name: object.metadata.name ?? '' }
  const followed = isSame ? [] : [...identityRowsOf(change, id, context), ...(await followExport(id, context))]
  if (change.type !== 'create') return { operations: followed, preconditions: [] }
  const identity = await identityRows(change.object, context)
  const slice = await firstEndpointSlice(change.object, context)
  return {
    operations: [...identity.operations, ...slice.operations, ...followed],
    preconditions: [...identity.preconditions, ...slice.preconditions],
  }
}

function identityRowsOf(change: Change, { cluster, name }: ExportId, context: OperationContext): Operation[] {
  const { identityHash } = exportStatus(change.type === 'delete' ? change.old : change.object)
  if (identityHash === undefined) return change.type === 'delete' ? [] : [followIdentity(name, context)]
  const key = indexKey(identityPrefix(identityHash), cluster, name)
  return [change.type === 'delete' ? { type: 'delete', key } : indexed(key)]
}

export const apiExportDefinition: ResourceDefinition = declareKind(API_EXPORT, {
  strategy: {
    prepareForCreate: (object) => {
      delete object.status
    },
    prepareForUpdate: (object, old) => {
      const { identity } = exportSpec(old)
      if (identity !== undefined) exportSpec(object).identity ??= structuredClone(identity)
    },
    admit,
    commit,
  },
})
