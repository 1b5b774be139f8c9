/** The URL under which an export's objects of all workspaces are found is published while there is a binding. */
import type { KubeObject } from '../../machinery/index.ts'
import { type CommitPart, encodeRow, type OperationContext, objectKey } from '../../server/index.ts'
import type { Operation, Precondition } from '../../storage/index.ts'
import {
  API_EXPORT_ENDPOINT_SLICE,
  type EndpointSliceStatus,
  endpointSliceStatus,
} from '../api/api-export-endpoint-slice.ts'
import { APIS_GROUP } from '../api/groups.ts'
import {
  bindingsPrefix,
  type ExportId,
  indexed,
  indexKey,
  otherBindings,
  placeOf,
  slicesPrefix,
  turn,
} from './binding-index.ts'
import { conditionsFrom, type Fault } from './conditions.ts'

/** Slices of one export that a commit can change; kcp has one per export and partition. */
const MOST_SLICES = 64

export function endpointURL({ cluster, name }: ExportId, externalURL: string): string {
  return `${externalURL}/services/apiexport/${cluster}/${name}`
}

/** @param published - the export whose URL it shows; undefined: none. */
export function sliceStatus(
  before: EndpointSliceStatus | undefined,
  published: ExportId | undefined,
  { services }: Pick<OperationContext, 'services'>,
  fault?: Fault,
): KubeObject['status'] {
  const conditions = conditionsFrom(before?.conditions, services.now())
  conditions.set('APIExportValid', fault)
  conditions.set('PartitionValid')
  return {
    ...before,
    endpoints: published === undefined ? [] : [{ url: endpointURL(published, services.externalURL()) }],
    conditions: conditions.list(),
  } as unknown as KubeObject['status']
}

/** Rows for a slice of the export that is about to be made, and whether it has an endpoint at once. */
export async function sliceRows(
  id: ExportId,
  context: OperationContext,
): Promise<{ readonly any: boolean; readonly part: CommitPart }> {
  const { any, guard } = await otherBindings(id, '', context)
  return { any, part: { operations: [turn(id)], preconditions: [guard] } }
}

/** Rows for a binding of the export that comes or goes: the index, and the slices when it is the only one. */
export async function bindingRows(
  id: ExportId,
  binding: { readonly name: string; readonly change: 'comes' | 'goes' },
  context: OperationContext,
): Promise<{ operations: Operation[]; preconditions: Precondition[] }> {
  const own = indexKey(bindingsPrefix(id), context.cluster, binding.name)
  const { any, guard } = await otherBindings(id, own, context)
  const operations: Operation[] = [binding.change === 'comes' ? indexed(own) : { type: 'delete', key: own }, turn(id)]
  const preconditions = [guard]
  if (any) return { operations, preconditions }
  const prefix = slicesPrefix(id)
  const { rows } = await context.services.store.range({ prefix, limit: MOST_SLICES })
  for (const row of rows) {
    const update = await sliceUpdate(id, placeOf(prefix, row), binding.change === 'comes', context)
    if (update === undefined) operations.push({ type: 'delete', key: row.key })
    else {
      operations.push(update.operation)
      preconditions.push(update.precondition)
    }
  }
  return { operations, preconditions }
}

/** Undefined when the slice went with its workspace. */
async function sliceUpdate(
  id: ExportId,
  { cluster, name }: { readonly cluster: string; readonly name: string },
  published: boolean,
  context: OperationContext,
): Promise<{ operation: Operation; precondition: Precondition } | undefined> {
  const { services } = context
  const { version, plural } = API_EXPORT_ENDPOINT_SLICE
  const definition = (await services.definitionsOf(cluster)).find(APIS_GROUP, version, plural)
  const slice = definition && (await services.read(definition, cluster, '', name))
  if (definition === undefined || slice === undefined) return undefined
  slice.status = sliceStatus(endpointSliceStatus(slice), published ? id : undefined, context)
  const key = objectKey(definition, cluster, '', name)
  return {
    operation: { type: 'put', key, value: encodeRow(definition, slice) },
    precondition: { type: 'version', key, version: Number(slice.metadata.resourceVersion) },
  }
}
