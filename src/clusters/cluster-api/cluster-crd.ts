/**
 * Cluster API's Cluster as far as a control center without Cluster API's own manager needs it: names, columns, labels and
 * fields are those of cluster.x-k8s.io v1.14. Where somebody has installed Cluster API itself, its definition is used as it is.
 */
import type { JsonObject, KubeObject } from '../../machinery/index.ts'

const TEXT: JsonObject = { type: 'string' }
const COUNT: JsonObject = { type: 'integer', format: 'int32' }
const FLAG: JsonObject = { type: 'boolean' }
const OPEN: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
const TIME: JsonObject = { type: 'string', format: 'date-time' }

const ENDPOINT: JsonObject = { type: 'object', properties: { host: TEXT, port: COUNT } }
const NETWORK: JsonObject = {
  type: 'object',
  properties: {
    apiServerPort: COUNT,
    serviceDomain: TEXT,
    pods: { type: 'object', properties: { cidrBlocks: { type: 'array', items: TEXT } } },
    services: { type: 'object', properties: { cidrBlocks: { type: 'array', items: TEXT } } },
  },
}
const REPLICAS: JsonObject = {
  type: 'object',
  properties: {
    desiredReplicas: COUNT,
    replicas: COUNT,
    readyReplicas: COUNT,
    availableReplicas: COUNT,
    upToDateReplicas: COUNT,
  },
}

function conditions(more: JsonObject, required: readonly string[]): JsonObject {
  return {
    type: 'array',
    items: {
      type: 'object',
      required: ['type', 'status', 'lastTransitionTime', ...required],
      properties: { type: TEXT, status: TEXT, reason: TEXT, message: TEXT, lastTransitionTime: TIME, ...more },
    },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
  }
}

export const CONDITIONS = conditions({ observedGeneration: { type: 'integer', format: 'int64' } }, [
  'reason',
  'message',
])

/** What upstream's webhook holds a Cluster to (internal/webhooks/cluster.go), where a rule can say it. */
const SPEC_RULES: JsonObject[] = [
  {
    rule: 'has(self.controlPlaneRef) || has(self.infrastructureRef) || has(self.topology)',
    message: 'one of spec.controlPlaneRef, spec.infrastructureRef or spec.topology must be set',
    reason: 'FieldValueForbidden',
  },
  ...['infrastructureRef', 'controlPlaneRef', 'topology'].map((field) => ({
    rule: `!has(oldSelf.${field}) || has(self.${field})`,
    message: `spec.${field} cannot be removed`,
    reason: 'FieldValueForbidden',
  })),
]

function schema(spec: JsonObject, status: JsonObject): JsonObject {
  return {
    type: 'object',
    required: ['spec'],
    'x-kubernetes-validations': [
      {
        rule: 'size(self.metadata.name) <= 63',
        message: 'metadata.name must be a valid label value: no more than 63 characters',
      },
    ],
    properties: {
      apiVersion: TEXT,
      kind: TEXT,
      metadata: { type: 'object' },
      spec: {
        type: 'object',
        properties: { paused: FLAG, clusterNetwork: NETWORK, ...spec },
        'x-kubernetes-validations': SPEC_RULES,
      },
      status: {
        type: 'object',
        properties: { phase: TEXT, observedGeneration: { type: 'integer', format: 'int64' }, ...status },
      },
    },
  }
}

/** The fields of v1beta2's reference and of v1beta1's: the object is in the Cluster's namespace in any case. */
const REFERENCE: JsonObject = {
  type: 'object',
  required: ['kind', 'name'],
  properties: { apiGroup: TEXT, apiVersion: TEXT, kind: TEXT, name: TEXT, namespace: TEXT },
}

const V1BETA2 = schema(
  {
    controlPlaneEndpoint: ENDPOINT,
    controlPlaneRef: REFERENCE,
    infrastructureRef: REFERENCE,
    availabilityGates: { type: 'array', items: OPEN },
    topology: {
      ...OPEN,
      properties: {
        classRef: { type: 'object', properties: { name: TEXT, namespace: TEXT } },
        version: TEXT,
      },
    },
  },
  {
    conditions: CONDITIONS,
    initialization: {
      type: 'object',
      properties: { infrastructureProvisioned: FLAG, controlPlaneInitialized: FLAG },
    },
    controlPlane: REPLICAS,
    workers: REPLICAS,
    failureDomains: { type: 'array', items: OPEN },
    deprecated: OPEN,
    infrastructureReady: FLAG,
    controlPlaneReady: FLAG,
  },
)

const V1BETA1 = schema(
  {
    controlPlaneEndpoint: ENDPOINT,
    controlPlaneRef: REFERENCE,
    infrastructureRef: REFERENCE,
    topology: { ...OPEN, properties: { class: TEXT, version: TEXT } },
  },
  {
    conditions: conditions({ severity: TEXT }, []),
    initialization: OPEN,
    infrastructureReady: FLAG,
    controlPlaneReady: FLAG,
    failureReason: TEXT,
    failureMessage: TEXT,
    failureDomains: OPEN,
  },
)

const condition = (type: string): string => `.status.conditions[?(@.type=="${type}")].status`
const column = (name: string, type: string, jsonPath: string, priority = 0): JsonObject => ({
  name,
  type,
  jsonPath,
  ...(priority > 0 && { priority }),
})

const COLUMNS = [
  column('ClusterClass', 'string', '.spec.topology.classRef.name'),
  column('Available', 'string', condition('Available')),
  column('CP Desired', 'integer', '.status.controlPlane.desiredReplicas'),
  column('CP Current', 'integer', '.status.controlPlane.replicas', 10),
  column('CP Ready', 'integer', '.status.controlPlane.readyReplicas', 10),
  column('CP Available', 'integer', '.status.controlPlane.availableReplicas'),
  column('CP Up-to-date', 'integer', '.status.controlPlane.upToDateReplicas'),
  column('W Desired', 'integer', '.status.workers.desiredReplicas'),
  column('W Current', 'integer', '.status.workers.replicas', 10),
  column('W Ready', 'integer', '.status.workers.readyReplicas', 10),
  column('W Available', 'integer', '.status.workers.availableReplicas'),
  column('W Up-to-date', 'integer', '.status.workers.upToDateReplicas'),
  column('Paused', 'string', condition('Paused'), 10),
  column('Phase', 'string', '.status.phase'),
  column('Age', 'date', '.metadata.creationTimestamp'),
  column('Version', 'string', '.spec.topology.version'),
]

const COLUMNS_V1BETA1 = [
  column('ClusterClass', 'string', '.spec.topology.class'),
  column('Phase', 'string', '.status.phase'),
  column('Age', 'date', '.metadata.creationTimestamp'),
  column('Version', 'string', '.spec.topology.version'),
]

function version(name: string, openAPIV3Schema: JsonObject, additionalPrinterColumns: JsonObject[], own: JsonObject) {
  return {
    name,
    served: true,
    schema: { openAPIV3Schema },
    subresources: { status: {} },
    additionalPrinterColumns,
    ...own,
  }
}

/** By these, clusterctl and providers find which contract is spoken; the first says who made it. */
export const LABELS = {
  'app.kubernetes.io/managed-by': 'keelson',
  'clusterctl.cluster.x-k8s.io': '',
  'cluster.x-k8s.io/provider': 'cluster-api',
  'cluster.x-k8s.io/v1beta1': 'v1beta1',
  'cluster.x-k8s.io/v1beta2': 'v1beta2',
}

export const CLUSTER_CRD: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'clusters.cluster.x-k8s.io',
    labels: LABELS,
  },
  spec: {
    group: 'cluster.x-k8s.io',
    scope: 'Namespaced',
    names: {
      plural: 'clusters',
      singular: 'cluster',
      kind: 'Cluster',
      listKind: 'ClusterList',
      shortNames: ['cl'],
      categories: ['cluster-api'],
    },
    versions: [
      version('v1beta2', V1BETA2, COLUMNS, { storage: true }),
      version('v1beta1', V1BETA1, COLUMNS_V1BETA1, { storage: false, deprecated: true }),
    ],
  },
}
