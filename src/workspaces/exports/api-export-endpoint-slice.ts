/** APIExportEndpointSlices as they are served, with kcp's admission `apis.kcp.io/APIExportEndpointSlice`. */
import { isDeepStrictEqual } from 'node:util'
import { conflict, fieldInvalid, type KubeObject, OBJECT_MODIFIED } from '../../machinery/index.ts'
import type { Change, CommitPart, OperationContext, ResourceDefinition } from '../../server/index.ts'
import { API_EXPORT_ENDPOINT_SLICE, endpointSliceStatus, sliceExport } from '../api/api-export-endpoint-slice.ts'
import { APIS_GROUP } from '../api/groups.ts'
import { declareKind } from '../api/kind.ts'
import { type ExportId, indexed, indexKey, otherBindings, slicesPrefix } from './binding-index.ts'
import { sliceRows, sliceStatus } from './endpoints.ts'
import { clusterAt, formatReference, mayBind, readExport } from './find-export.ts'
import { refuse } from './refuse.ts'

const RESOURCE = 'apiexportendpointslices'

async function admit(change: Change, context: OperationContext): Promise<void> {
  if (change.type === 'delete') return
  const { object } = change
  const reference = sliceExport(object)
  if (reference === undefined) return
  if (change.type === 'update') {
    object.status = change.old.status
    return
  }
  const id = await exportOf(object, context)
  const found = id && (await readExport(context.services, id.cluster, id.name))
  if (id === undefined || found === undefined || !(await mayBind(context, id.cluster, id.name))) {
    const message = `no permission to bind to export ${formatReference(reference)}`
    throw refuse(RESOURCE, object.metadata.name ?? '', message)
  }
  const { any } = await otherBindings(id, '', context)
  object.status = sliceStatus(endpointSliceStatus(object), any ? id : undefined, context)
}

async function exportOf(object: KubeObject, context: OperationContext): Promise<ExportId | undefined> {
  const reference = sliceExport(object)
  const cluster = await clusterAt(reference?.path, context)
  return reference === undefined || cluster === undefined ? undefined : { cluster, name: reference.name }
}

async function commit(change: Change, context: OperationContext): Promise<CommitPart> {
  const object = change.type === 'delete' ? change.old : change.object
  const id = change.type === 'update' ? undefined : await exportOf(object, context)
  if (id === undefined) return { operations: [], preconditions: [] }
  const index = indexKey(slicesPrefix(id), context.cluster, object.metadata.name ?? '')
  if (change.type === 'delete') return { operations: [{ type: 'delete', key: index }], preconditions: [] }
  const { any, part } = await sliceRows(id, context)
  // Between the look and the commit the first binding has come, or the last one has gone.
  if (any !== (endpointSliceStatus(object).endpoints?.length === 1))
    throw conflict({ group: APIS_GROUP, resource: RESOURCE }, object.metadata.name ?? '', OBJECT_MODIFIED)
  return { operations: [indexed(index), ...part.operations], preconditions: part.preconditions }
}

export function apiExportEndpointSliceDefinition(externalURL: () => string): ResourceDefinition {
  return declareKind(API_EXPORT_ENDPOINT_SLICE, {
    externalURL,
    strategy: {
      prepareForCreate: (object) => {
        delete object.status
      },
      admit,
      validateUpdate: (object, old) => {
        const [now, before] = [sliceExport(object), sliceExport(old)]
        return isDeepStrictEqual(now, before)
          ? []
          : [fieldInvalid('spec.export', now ?? null, 'APIExport reference must not be changed')]
      },
      commit,
    },
  })
}
