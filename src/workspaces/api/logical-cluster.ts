/** core.kcp.io/v1alpha1 LogicalCluster: the singleton `cluster` that says what a logical cluster is and how far it has come. */
import type { JsonObject, KubeObject } from '../../machinery/index.ts'
import { LOGICAL_CLUSTERS } from '../../server/index.ts'
import { CORE_GROUP } from './groups.ts'
import { CONDITIONS, type DeclaredKind } from './kind.ts'
import { PHASES } from './phase.ts'

const INITIALIZERS: JsonObject = { type: 'array', items: { type: 'string' } }

export interface LogicalClusterOwner {
  readonly apiVersion?: string
  readonly resource?: string
  readonly name?: string
  readonly cluster?: string
  readonly uid?: string
}

export interface LogicalClusterSpec {
  readonly directlyDeletable?: boolean
  readonly owner?: LogicalClusterOwner
  readonly createdBy?: object
  readonly initializers?: readonly string[]
}

export function logicalClusterSpec(object: KubeObject): LogicalClusterSpec {
  return (object.spec ?? {}) as LogicalClusterSpec
}

export const LOGICAL_CLUSTER: DeclaredKind = {
  group: CORE_GROUP,
  version: 'v1alpha1',
  kind: LOGICAL_CLUSTERS.names.kind,
  plural: LOGICAL_CLUSTERS.names.plural,
  columns: [
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    { name: 'URL', type: 'string', jsonPath: '.status.URL' },
  ],
  spec: {
    type: 'object',
    default: {},
    properties: {
      directlyDeletable: { type: 'boolean', default: false },
      owner: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      createdBy: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      initializers: INITIALIZERS,
      terminators: INITIALIZERS,
    },
  },
  status: {
    type: 'object',
    default: {},
    properties: {
      URL: { type: 'string' },
      phase: { type: 'string', enum: PHASES, default: 'Scheduling' },
      initializers: INITIALIZERS,
      terminators: INITIALIZERS,
      conditions: CONDITIONS,
    },
  },
}
