/** An export's own APIExportEndpointSlice, made in the same commit as the export. */
import type { KubeObject } from '../../machinery/index.ts'
import { type CommitPart, encodeRow, type OperationContext, objectKey, ownerIndexKey } from '../../server/index.ts'
import { API_EXPORT_ENDPOINT_SLICE } from '../api/api-export-endpoint-slice.ts'
import { APIS_GROUP, PATH_ANNOTATION, SKIP_ENDPOINT_SLICE_ANNOTATION } from '../api/groups.ts'
import { indexed, indexKey, slicesPrefix } from './binding-index.ts'
import { sliceRows, sliceStatus } from './endpoints.ts'

export async function firstEndpointSlice(object: KubeObject, context: OperationContext): Promise<CommitPart> {
  const { annotations = {}, name = '', uid = '' } = object.metadata
  if (annotations[SKIP_ENDPOINT_SLICE_ANNOTATION] !== undefined) return { operations: [], preconditions: [] }
  const { cluster, services } = context
  const { version, kind, plural } = API_EXPORT_ENDPOINT_SLICE
  const definition = (await services.definitionsOf(cluster)).find(APIS_GROUP, version, plural)
  if (definition === undefined) throw new Error(`${plural} are not served`)
  const key = objectKey(definition, cluster, '', name)
  const found = await services.store.get(key)
  // Somebody has made one already: it stays as it is.
  if (found !== undefined) return { operations: [], preconditions: [{ type: 'version', key, version: found.version }] }
  const id = { cluster, name }
  const { any, part } = await sliceRows(id, context)
  const slice: KubeObject = {
    apiVersion: `${APIS_GROUP}/${version}`,
    kind,
    metadata: {
      name,
      uid: services.random.uid(),
      creationTimestamp: object.metadata.creationTimestamp ?? '',
      generation: 1,
      ownerReferences: [{ apiVersion: object.apiVersion, kind: object.kind, name, uid }],
    },
    spec: { export: { path: annotations[PATH_ANNOTATION] ?? cluster, name } },
    status: sliceStatus(undefined, any ? id : undefined, context),
  }
  return {
    operations: [
      { type: 'put', key, value: encodeRow(definition, slice) },
      { type: 'put', key: ownerIndexKey(cluster, uid, key), value: Buffer.alloc(0) },
      indexed(indexKey(slicesPrefix(id), cluster, name)),
      ...part.operations,
    ],
    preconditions: [{ type: 'absent', key }, ...part.preconditions],
  }
}
