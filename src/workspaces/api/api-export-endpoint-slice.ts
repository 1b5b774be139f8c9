/** apis.kcp.io/v1alpha1 APIExportEndpointSlice: the URLs at which an export's objects of all workspaces are found. */
import type { KubeObject } from '../../machinery/index.ts'
import type { ExportReference } from './api-binding.ts'
import { APIS_GROUP } from './groups.ts'
import { CONDITIONS, type DeclaredKind, PATH_PATTERN } from './kind.ts'
import type { TenancyCondition } from './phase.ts'

export interface EndpointSliceStatus {
  endpoints?: readonly { readonly url: string }[]
  conditions?: readonly TenancyCondition[]
}

export function sliceExport(object: KubeObject): ExportReference | undefined {
  const spec = object.spec as { export?: Partial<ExportReference> } | undefined
  return typeof spec?.export?.name === 'string' ? (spec.export as ExportReference) : undefined
}

export function endpointSliceStatus(object: KubeObject): EndpointSliceStatus {
  return (object.status ?? {}) as EndpointSliceStatus
}

export const API_EXPORT_ENDPOINT_SLICE: DeclaredKind = {
  group: APIS_GROUP,
  version: 'v1alpha1',
  kind: 'APIExportEndpointSlice',
  plural: 'apiexportendpointslices',
  columns: [
    { name: 'Export', type: 'string', jsonPath: '.spec.export.name' },
    { name: 'Partition', type: 'string', jsonPath: '.spec.partition' },
  ],
  spec: {
    type: 'object',
    required: ['export'],
    properties: {
      export: {
        type: 'object',
        required: ['name'],
        properties: {
          path: { type: 'string', pattern: PATH_PATTERN },
          name: { type: 'string', minLength: 1 },
        },
      },
      partition: { type: 'string' },
    },
  },
  status: {
    type: 'object',
    default: {},
    properties: {
      endpoints: {
        type: 'array',
        items: { type: 'object', required: ['url'], properties: { url: { type: 'string', minLength: 1 } } },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['url'],
      },
      shardSelector: { type: 'string' },
      conditions: CONDITIONS,
    },
  },
}
