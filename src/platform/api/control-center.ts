/** ControlCenter: a management control plane, the API in which the platforms below it live. */
import { declareKind } from './declare-kind.ts'
import { CLUSTER_COLUMNS, CLUSTER_RULES, CLUSTER_SPEC, CLUSTER_STATUS } from './fields.ts'

export const controlCenter = declareKind({
  kind: 'ControlCenter',
  plural: 'controlcenters',
  // `cc` would be the natural one, and is Cluster API's for ClusterClass.
  shortNames: ['cctr'],
  description: 'A management control plane: the API in which the platforms below it live.',
  columns: CLUSTER_COLUMNS,
  spec: {
    type: 'object',
    required: ['providerRef'],
    properties: CLUSTER_SPEC,
    'x-kubernetes-validations': [...CLUSTER_RULES],
    example: {
      providerRef: { name: 'laptop' },
      version: 'v1.35.4',
      topology: { controlPlane: { replicas: 1 }, pools: [{ name: 'w', replicas: 2, type: 'small' }] },
      access: { ttl: '1h', publish: { argocd: true } },
    },
  },
  status: CLUSTER_STATUS,
})
